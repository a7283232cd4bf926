import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../src/link/http-client.ts';
import { type PeerServer, servePeers } from '../src/peers/serve-blobs.ts';
import { download } from '../src/shell/download.ts';
import { createDeltaSizes } from '../src/shell/downloading/delta-sizes.ts';
import { createNearby } from '../src/shell/downloading/nearby.ts';
import { createSources } from '../src/shell/downloading/sources.ts';
import { createEffects } from '../src/shell/effects.ts';
import { createBlobStore } from '../src/store/blob-store.ts';

const NO_BUDGET = {
  refuse: () => null,
  deltaSizes: createDeltaSizes(() => 0),
  nearby: createNearby([], () => 0),
};

const KIB = 1024;
const log = pino({ level: 'silent' });
const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('a device that serves its blobs', () => {
  const blob = randomBytes(300 * KIB);
  let folder: string;
  let server: PeerServer;

  async function serve(maxBytesPerSecond = 1024 ** 3): Promise<void> {
    const find = (digest: string) => (digest === digestOf(blob) ? join(folder, 'served') : null);
    writeFileSync(join(folder, 'served'), blob);
    server = await servePeers({ host: '127.0.0.1', port: 0, maxBytesPerSecond, find, log });
  }
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wherry-peers-'));
  });
  afterEach(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is a source for its neighbours, also for the rest of a blob', async () => {
    await serve();
    const effects = createEffects();
    const blobs = createBlobStore(join(folder, 'blobs'), effects);
    writeFileSync(blobs.partialPath(digestOf(blob)), blob.subarray(0, 1_000));
    const nobody = { get: () => Promise.reject(new Error('the control plane is away')) };
    const links = { count: () => {}, flush: () => {} };
    const sources = createSources(
      { peers: [server.url], mirrors: [], registries: [] },
      nobody,
      createHttpClient(),
      effects,
      links,
    );
    const context = { http: nobody, blobs, effects, sources, bases: () => [], pace: async () => {}, ...NO_BUDGET };
    expect(
      await download({ digest: digestOf(blob), sizeBytes: blob.length }, context, new AbortController().signal),
    ).toBeNull();
    expect(blobs.verify(digestOf(blob), blob.length)).toBe(true);
  });

  it('answers nothing but whole blobs by digest', async () => {
    await serve();
    const statusOf = async (path: string, init: RequestInit = {}) => (await fetch(server.url + path, init)).status;
    const name = `/${digestOf(blob).replace(':', '-')}`;
    expect(await statusOf(name, { method: 'HEAD' })).toBe(200);
    expect(await statusOf(name, { headers: { range: 'bytes=999999999-' } })).toBe(416);
    for (const path of ['/', '/..%2f..%2fetc/passwd', `/sha256-${'0'.repeat(64)}`, `${name}/x`, `${name}?x`])
      expect(await statusOf(path), path).toBe(404);
    for (const method of ['PUT', 'POST', 'DELETE']) expect(await statusOf(name, { method }), method).toBe(404);
    const part = await fetch(server.url + name, { headers: { range: 'bytes=10-19' } });
    expect([part.status, Buffer.from(await part.arrayBuffer()).equals(blob.subarray(10, 20))]).toEqual([206, true]);
  });

  it('serves few at a time, and the others are told to come back', async () => {
    await serve(64 * KIB);
    const url = `${server.url}/${digestOf(blob).replace(':', '-')}`;
    const answers = await Promise.all(Array.from({ length: 8 }, () => fetch(url)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 503, 503, 503, 503]);
    for (const answer of answers) await answer.body?.cancel();
  });
});
