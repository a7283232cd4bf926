import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEffects } from '../src/shell/effects.ts';
import { fetchFile } from '../src/trust/tuf/fetch-file.ts';
import { createHttpSource } from '../src/trust/tuf/metadata-source.ts';
import { codeOf } from '../src/trust/tuf/testing/device.ts';
import { bytesOf, makeRelease, publishRelease, TENANT } from '../src/trust/tuf/testing/release.ts';
import { DAY_MS, NOW_MS, TestRepository } from '../src/trust/tuf/testing/repository.ts';
import { createTufReleases } from '../src/trust/tuf-releases.ts';
import { NOWHERE, never, openTufDevice } from './tuf-device.ts';
import { startTufServer, type TufServer } from './tuf-server.ts';

/** From the digest in a desired state to a release that may run, over a real network and a real disk. */
let repository: TestRepository;
let server: TufServer;
let folder: string;
const payloads = new Map<string, Uint8Array>();

beforeEach(async () => {
  repository = new TestRepository();
  server = await startTufServer(repository.files);
  folder = mkdtempSync(join(tmpdir(), 'wherry-tuf-'));
  payloads.clear();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function publish(version: string, patch: object = {}) {
  const { bytes, wanted } = publishRelease(repository, makeRelease(version), patch);
  repository.files.set(wanted.release, bytes);
  return { app: wanted.app, version: wanted.version, digest: wanted.release };
}

function open(url = server.url, nowMs = NOW_MS, inUse: readonly { app: string; version: string }[] = []) {
  const source = createHttpSource(url, createEffects());
  return createTufReleases({
    updater: openTufDevice(folder, repository.file('1.root.json'), url, { nowMs }),
    tenant: TENANT,
    deviceTarget: 'rpi4',
    payloads: {
      read: (digest) => payloads.get(digest) ?? null,
      write: (digest, bytes) => void payloads.set(digest, bytes),
    },
    fetchPayload: (request, signal) => fetchFile(source, request, signal),
    inUse: () => inUse,
  });
}

test('fetched once, it is verified from disk at each start, without a network and whatever the time', async () => {
  const wanted = publish('1.0.0');
  expect(open().local(wanted)).toBeNull();
  expect(await open().fetch(wanted, never)).toEqual({ ok: true, value: makeRelease('1.0.0') });
  expect(open(NOWHERE, NOW_MS + 5_000 * DAY_MS).local(wanted)).toEqual({ ok: true, value: makeRelease('1.0.0') });
});

test('what runs stays verifiable while the next one comes', async () => {
  const first = publish('1.0.0');
  await open().fetch(first, never);
  const second = publish('2.0.0');
  expect(codeOf(await open(server.url, NOW_MS, [first]).fetch(second, never))).toBe('ok');
  for (const wanted of [first, second]) expect(open(NOWHERE).local(wanted)).toMatchObject({ ok: true });
});

test('new things need new metadata: none without a network, none under an expired timestamp', async () => {
  const first = publish('1.0.0');
  await open().fetch(first, never);
  const second = publish('2.0.0');
  expect(codeOf(await open(NOWHERE).fetch(second, never))).toBe('download_failed');
  expect(codeOf(await open(server.url, NOW_MS + 1_000 * DAY_MS).fetch(second, never))).toBe('freeze_attack');
  expect(open(NOWHERE).local(first)).toMatchObject({ ok: true });
});

test('a release that the owner’s keys do not name, or not any more', async () => {
  const wanted = publish('1.0.0');
  const unknown = { ...wanted, version: '1.0.1' };
  expect(codeOf(await open().fetch(unknown, never))).toBe('target_unknown');
  expect(codeOf(await open().fetch({ ...wanted, digest: `sha256:${'0'.repeat(64)}` }, never))).toBe(
    'release_disagrees',
  );
  await open().fetch(wanted, never);
  repository.document('pub.acme.thermostat').targets = {};
  repository.publishTargets('pub.acme.thermostat');
  expect(codeOf(await open().fetch(wanted, never))).toBe('target_unknown');
  expect(codeOf(open(NOWHERE).local(wanted) ?? { ok: true, value: null })).toBe('target_unknown');
});

test('a payload that was changed on its way, or on the disk, is not taken', async () => {
  const wanted = publish('1.0.0');
  const bytes = bytesOf(makeRelease('1.0.0'));
  const change = (at: number) => Uint8Array.from(bytes, (byte, place) => (place === at ? byte ^ 1 : byte));
  repository.files.set(wanted.digest, change(9));
  expect(codeOf(await open().fetch(wanted, never))).toBe('digest_mismatch');
  repository.files.set(wanted.digest, Buffer.concat([bytes, bytes]));
  expect(codeOf(await open().fetch(wanted, never))).toBe('endless_data');
  expect(payloads.size).toBe(0);
  repository.files.set(wanted.digest, bytes);
  payloads.set(wanted.digest, change(30));
  expect(codeOf(open(NOWHERE).local(wanted) ?? { ok: true, value: null })).not.toBe('ok');
  expect(codeOf(await open().fetch(wanted, never))).toBe('ok');
  expect(payloads.get(wanted.digest)).toEqual(bytes);
});

test('a payload that says more than its signed summary is not taken', async () => {
  const wanted = publish('1.0.0', { capabilities: {} });
  expect(codeOf(await open().fetch(wanted, never))).toBe('release_disagrees');
  expect(payloads.size).toBe(0);
});
