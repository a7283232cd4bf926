import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import type { DownloadTerms } from '@wherry/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { refuseByLink } from '../src/core/budget/link-budget.ts';
import { createHttpClient } from '../src/link/http-client.ts';
import { createDeviceHttp } from '../src/shell/device-http.ts';
import { download } from '../src/shell/download.ts';
import { createDeltaSizes, type DeltaSizes } from '../src/shell/downloading/delta-sizes.ts';
import { createNearby, type Nearby } from '../src/shell/downloading/nearby.ts';
import { createSources } from '../src/shell/downloading/sources.ts';
import { createEffects } from '../src/shell/effects.ts';
import { type BlobStore, createBlobStore } from '../src/store/blob-store.ts';
import { type BlobPlace, openPlace } from './blob-places.ts';

/** What is left of a month's budget decides what is fetched: a delta, the blob, or nothing; over real sockets. */
const KIB = 1024;
const old = randomBytes(300 * KIB);
const blob = Buffer.concat([old.subarray(0, 1_000), Buffer.from('a line'), old.subarray(1_000)]);
const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const good = zstdCompressSync(blob, { dictionary: old, params: { [constants.ZSTD_c_windowLog]: 20 } });

let folder: string;
let store: BlobStore;
let origin: BlobPlace;
let sizes: DeltaSizes;
let nearby: Nearby;
let peer: BlobPlace;
let nowMs: number;
let counted: number;
let asked: number;
let pieces: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-budget-'));
  store = createBlobStore(join(folder, 'blobs'), createEffects());
  origin = await openPlace(new Map([[digestOf(blob), blob]]));
  peer = await openPlace(new Map());
  nowMs = 0;
  sizes = createDeltaSizes(() => nowMs);
  nearby = createNearby([peer], () => nowMs);
  writeFileSync(store.path(digestOf(old)), old);
  [counted, asked, pieces] = [0, 0, 0];
});
afterEach(async () => {
  await origin.close();
  await peer.close();
  rmSync(folder, { recursive: true, force: true });
});

function offer(delta: Buffer): void {
  origin.answer = (path, _request, response) => {
    if (!path.endsWith(`/from/${digestOf(old)}`)) return false;
    asked += 1;
    response.writeHead(200, { 'content-length': delta.length }).end(delta);
    return true;
  };
}

/** The code of what was wrong; null: the blob is there. */
async function get(
  leftBytes: number,
  budget: { terms: DownloadTerms | undefined } | null = { terms: undefined },
  signal = new AbortController().signal,
) {
  const effects = createEffects();
  const client = createHttpClient();
  const identity = { tenant: 'default', device: 'pi-1', secret: 'of-pi-1', serverUrl: origin.url };
  const count = (_: string, bytes: number) => {
    counted += bytes;
  };
  const links = { count, flush: () => {} };
  const http = createDeviceHttp(identity as never, client, effects, links);
  const sources = createSources({ mirrors: [], peers: [peer.url], registries: [] }, http, client, effects, links);
  const onBytes = () => {
    pieces += 1;
  };
  const link = { name: 'wwan0', isMetered: true, leftBytes, renewsAtMs: 0 };
  const problem = await download(
    { digest: digestOf(blob), sizeBytes: blob.length, onBytes, ...(budget === null ? {} : { budget }) },
    {
      ...{ http, effects, sources, nearby, blobs: store, deltaSizes: sizes, bases: () => [digestOf(old)] },
      refuse: (bytes, terms) => refuseByLink(bytes, link, terms),
      pace: async () => {},
    },
    signal,
  );
  client.close();
  expect(store.verify(digestOf(blob), blob.length)).toBe(problem === null);
  return problem?.code ?? null;
}

it('a delta that the budget can pay is taken', async () => {
  offer(good);
  expect(await get(good.length)).toBeNull();
  expect([origin.sentBytes, counted]).toEqual([0, good.length]);
});

it('one that it cannot pay is not read, and its size is known from then on', async () => {
  offer(good);
  expect(await get(good.length - 1)).toBe('download_budget_spent');
  expect([origin.sentBytes, counted, sizes.of(digestOf(blob))]).toEqual([0, 0, good.length]);
});

it('one that cannot be used leaves the blob to the budget', async () => {
  offer(randomBytes(500));
  expect(await get(blob.length - 1)).toBe('download_budget_spent');
  expect([origin.sentBytes, asked, sizes.of(digestOf(blob))]).toEqual([0, 1, 'none']);
  expect(await get(blob.length)).toBeNull();
  expect(origin.sentBytes).toBe(blob.length);
});

it('what the device needs back to run what it runs is not asked for by the budget', async () => {
  expect(await get(0, null)).toBeNull();
});

it.each([
  ['spent', { terms: undefined }],
  ['not to be touched', { terms: { metered: false } }],
])('a neighbour is asked also where the budget is %s, and nothing is counted', async (_, budget) => {
  peer.answer = (_path, _request, response) => {
    response.writeHead(200, { 'content-length': blob.length }).end(blob);
    return true;
  };
  expect(await get(0, budget)).toBeNull();
  expect([origin.asked, counted, pieces > 0]).toEqual([[], 0, true]);
});

it('where no neighbour has it the link is not used, not even to ask for a delta, and the neighbours are left alone for a while', async () => {
  offer(good);
  expect(await get(blob.length, { terms: { metered: false } })).toBe('metered_forbidden');
  expect([origin.asked, asked, pieces]).toEqual([[], 0, 0]);
  expect([peer.asked.length, nearby.mayHave(digestOf(blob))]).toEqual([1, false]);
  nowMs += 60_000;
  expect(nearby.mayHave(digestOf(blob))).toBe(true);
});

it('what a neighbour sent before it broke off stays, and only the rest is asked of the budget', async () => {
  const half = 200 * KIB;
  peer.answer = (_path, request, response) => {
    response.writeHead(200, { 'content-length': blob.length });
    response.write(blob.subarray(0, half), () => request.socket.destroySoon());
    return true;
  };
  expect(await get(0)).toBe('download_budget_spent');
  const there = statSync(store.partialPath(digestOf(blob))).size;
  expect([there > 0, there <= half, origin.asked]).toEqual([true, true, []]);
  peer.answer = (_path, _request, response) => {
    response.writeHead(404).end();
    return true;
  };
  expect(await get(blob.length - there)).toBeNull();
  expect([origin.sentBytes, counted]).toEqual([blob.length - there, blob.length - there]);
});

it('a download that was given up has asked nobody', async () => {
  expect(await get(0, { terms: undefined }, AbortSignal.abort())).not.toBeNull();
  expect(nearby.mayHave(digestOf(blob))).toBe(true);
});
