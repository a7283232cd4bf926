import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Deltas } from '../app/context.ts';
import { openBlobs } from '../blobs/open-blobs.ts';
import { compressDelta } from './compress.ts';
import type { compressInThread } from './in-thread.ts';
import { type DeltaOptions, openDeltas } from './open-deltas.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };
const KIB = 1024;
let dataDir: string;
let opened: Deltas[];
let made: number;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'wherry-deltas-'));
  opened = [];
  made = 0;
});
afterEach(async () => {
  for (const deltas of opened) await deltas.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function put(bytes: Buffer): Promise<string> {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const blobs = await openBlobs(dataDir);
  const stored = await blobs.put(digest, [bytes] as never, bytes.length);
  expect(stored.ok).toBe(true);
  return digest;
}

const countingThread: typeof compressInThread = async (base, blob) => {
  made += 1;
  return compressDelta(base, blob);
};

async function open(options: Partial<DeltaOptions> = {}): Promise<Deltas> {
  const deltas = await openDeltas({ dataDir, blobs: await openBlobs(dataDir), log, ...options });
  opened.push(deltas);
  return deltas;
}

function versions(size = 300 * KIB): [Buffer, Buffer] {
  const before = randomBytes(size);
  const after = Buffer.concat([before.subarray(0, 1_000), Buffer.from('one line'), before.subarray(1_000)]);
  return [before, after];
}

async function read(deltas: Deltas, base: string, digest: string, sizeBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of deltas.read(base, digest, 0, sizeBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('a thread makes a small way from one blob to the other, and the way leads there', async () => {
  const [before, after] = versions();
  const [base, digest] = [await put(before), await put(after)];
  const deltas = await open();
  const size = await deltas.find(base, digest);
  expect(size).toBeGreaterThan(0);
  expect(size).toBeLessThan(1_000);
  const delta = await read(deltas, base, digest, size ?? 0);
  expect(zstdDecompressSync(delta, { dictionary: before }).equals(after)).toBe(true);
});

test('it is made once: for all who ask at once, and for a control plane that was restarted', async () => {
  const [before, after] = versions();
  const [base, digest] = [await put(before), await put(after)];
  const deltas = await open({ compress: countingThread });
  const sizes = await Promise.all(Array.from({ length: 20 }, () => deltas.find(base, digest)));
  expect(new Set(sizes).size).toBe(1);
  expect(await (await open({ compress: countingThread })).find(base, digest)).toBe(sizes[0]);
  expect(made).toBe(1);
});

test('what is not worth it is none, and is not tried twice', async () => {
  const [base, digest] = [await put(randomBytes(100 * KIB)), await put(randomBytes(100 * KIB))];
  const deltas = await open({ compress: countingThread });
  expect(await deltas.find(base, digest)).toBeNull();
  expect(await (await open({ compress: countingThread })).find(base, digest)).toBeNull();
  expect(made).toBe(1);
});

test('small blobs, the same blob and blobs that are not here are not tried', async () => {
  const [before, after] = versions(10 * KIB);
  const [base, digest] = [await put(before), await put(after)];
  const deltas = await open({ compress: countingThread });
  expect(await deltas.find(base, digest)).toBeNull();
  expect(await deltas.find(base, base)).toBeNull();
  expect(await deltas.find(base, `sha256:${'0'.repeat(64)}`)).toBeNull();
  expect(made).toBe(0);
});

test('a failure is answered as none, and tried again', async () => {
  const [before, after] = versions();
  const [base, digest] = [await put(before), await put(after)];
  let fails = true;
  const deltas = await open({
    compress: (...given) => (fails ? Promise.reject(new Error('no memory')) : countingThread(...given)),
  });
  expect(await deltas.find(base, digest)).toBeNull();
  fails = false;
  expect(await deltas.find(base, digest)).toBeGreaterThan(0);
});

test('the folder stays within its bounds, and what was left unfinished is removed', async () => {
  await open();
  await writeFile(join(dataDir, 'deltas', 'torn.new'), 'half');
  const deltas = await open({ compress: countingThread, bounds: { files: 2, bytes: 1024 * KIB } });
  expect(existsSync(join(dataDir, 'deltas', 'torn.new'))).toBe(false);
  const [before] = versions();
  const base = await put(before);
  for (let i = 0; i < 4; i += 1) {
    const digest = await put(Buffer.concat([Buffer.from(`version ${i}`), before]));
    expect(await deltas.find(base, digest)).toBeGreaterThan(0);
  }
  expect(readdirSync(join(dataDir, 'deltas'))).toHaveLength(2);
});

test('a file that somebody removed is made again', async () => {
  const [before, after] = versions();
  const [base, digest] = [await put(before), await put(after)];
  const deltas = await open({ compress: countingThread });
  const size = await deltas.find(base, digest);
  await rm(join(dataDir, 'deltas', readdirSync(join(dataDir, 'deltas'))[0] ?? ''));
  expect(await deltas.find(base, digest)).toBe(size);
  expect(made).toBe(2);
});

test('stopping gives up what is being made', async () => {
  const [before, after] = versions();
  const [base, digest] = [await put(before), await put(after)];
  const deltas = await open({
    compress: (_base, _blob, _withinMs, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  });
  const asked = deltas.find(base, digest);
  await deltas.stop();
  expect(await asked).toBeNull();
});
