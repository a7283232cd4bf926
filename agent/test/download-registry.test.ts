import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHttpClient } from '../src/link/http-client.ts';
import { createDeviceHttp } from '../src/shell/device-http.ts';
import { download } from '../src/shell/download.ts';
import { createDeltaSizes } from '../src/shell/downloading/delta-sizes.ts';
import { createNearby } from '../src/shell/downloading/nearby.ts';
import { createSources } from '../src/shell/downloading/sources.ts';
import { createEffects } from '../src/shell/effects.ts';
import { createBlobStore } from '../src/store/blob-store.ts';
import { type BlobPlace, openPlace } from './blob-places.ts';

const NO_BUDGET = {
  refuse: () => null,
  deltaSizes: createDeltaSizes(() => 0),
  nearby: createNearby([], () => 0),
};

/** A release may name the registry that its module is in. It is asked first, and only where the device may go. */
const blob = randomBytes(50 * 1024);
const digest = `sha256:${createHash('sha256').update(blob).digest('hex')}`;
const links = { count: () => {}, flush: () => {} };
let folder: string;
let origin: BlobPlace;
let registry: BlobPlace;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-download-'));
  [origin, registry] = [await openPlace(new Map([[digest, blob]])), await openPlace(new Map([[digest, blob]]))];
});
afterEach(async () => {
  for (const place of [origin, registry]) await place.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Fetches the blob; `listed` are the repositories that the device's owner has named. */
async function ask(repository: string, listed: readonly string[]) {
  const effects = createEffects();
  const blobs = createBlobStore(join(folder, 'blobs'), effects);
  blobs.remove(digest);
  const client = createHttpClient();
  const identity = { tenant: 'default', device: 'pi-1', secret: 'of-pi-1', serverUrl: origin.url };
  const http = createDeviceHttp(identity as never, client, effects, links);
  const config = { mirrors: [], peers: [], registries: listed.map((name) => ({ repository: name })) };
  const sources = createSources(config, http, client, effects, links);
  const context = { http, blobs, effects, sources, bases: () => [], pace: async () => {}, ...NO_BUDGET };
  const wanted = { digest, sizeBytes: blob.length, registry: repository };
  const problem = await download(wanted, context, new AbortController().signal);
  client.close();
  return problem;
}

const hostOf = (place: BlobPlace) => new URL(place.url).host;

it('a registry on a host that the owner named is asked first', async () => {
  expect(await ask(`${hostOf(registry)}/apps/hello`, [`${hostOf(registry)}/apps/other`])).toBeNull();
  expect([registry.asked, origin.asked]).toEqual([[`GET /v2/apps/hello/blobs/${digest}`], []]);
});

it('no release may send a device to a service of its own', async () => {
  expect(await ask(`${hostOf(registry)}/apps/hello`, [])).toBeNull();
  expect([registry.asked.length, origin.asked.length]).toEqual([0, 1]);
});

it('a registry that is away costs time and nothing else', async () => {
  registry.answer = (_, _request, response) => Boolean(response.writeHead(503).end());
  expect(await ask(`${hostOf(registry)}/apps/hello`, [`${hostOf(registry)}/apps/other`])).toBeNull();
  expect(origin.sentBytes).toBe(blob.length);
});
