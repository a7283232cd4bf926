import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest, Release, TenantId } from '@wherry/protocol';
import { type ComponentBuilder, quietCommand, quietHandler } from '@wherry/protocol/testing/component';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { putBlob } from './blobs.ts';
import { useCases } from './operations.ts';
import {
  codesOf,
  expectOk,
  type Owner,
  openFleet,
  type Publisher,
  releaseOf,
  type TestFleet,
  upload,
} from './testing/fleet.ts';
import { beginRepository, makeOwnerKey, signAs } from './testing/repository-owner.ts';

let fleet: TestFleet;
let publisher: Publisher;
let owner: Owner;
let archive: { digest: string; sizeBytes: number };
beforeEach(async () => {
  fleet = await openFleet();
  owner = beginRepository(fleet.context);
  expectOk(await useCases.updateTrust(fleet.context, fleet.admin, { body: owner.documents }));
  publisher = await fleet.publisher(owner);
  archive = await upload(fleet.context, fleet.admin, 'archive');
});
afterEach(() => fleet.close());

const publish = (body: unknown) => useCases.publishRelease(fleet.context, fleet.admin, { body: body as never });
const payload = (extra: object = {}) => ({ ...releaseOf(archive), ...extra });

test('the same bytes again are the same release', async () => {
  const sealed = await publisher.sign(payload());
  const first = expectOk(await publish(sealed));
  expect(expectOk(await publish(sealed))).toEqual(first);
  expect(expectOk(await useCases.listReleases(fleet.context, fleet.admin, {})).items).toHaveLength(1);
});

test('what is refused changes neither releases nor metadata', async () => {
  const before = await fleet.store.trustMetadata.all('default');
  const { payload: bytes, role } = await publisher.sign(payload());
  const outcome = await publish({ payload: bytes, role: signAs(role.signed, makeOwnerKey()) });
  expect(codesOf(outcome)).toEqual(['signature_missing']);
  expect(expectOk(await useCases.listReleases(fleet.context, fleet.admin, {})).items).toEqual([]);
  expect(await fleet.store.trustMetadata.all('default')).toEqual(before);
});

describe('is refused', () => {
  test('when a stranger signed the role, or another publisher', async () => {
    const mine = await publisher.sign(payload());
    const { signed } = mine.role;
    for (const key of [makeOwnerKey(), owner.keys.targets])
      expect(codesOf(await publish({ ...mine, role: signAs(signed, key) }))).toEqual(['signature_missing']);
  });
  test('when the role names other bytes, another place, or none', async () => {
    const mine = await publisher.sign(payload());
    const other = await publisher.sign(payload({ notes: 'changed' }));
    const elsewhere = await publisher.sign(payload({ version: '7.0.0' }));
    for (const role of [other.role, elsewhere.role])
      expect(codesOf(await publish({ ...mine, role }))).toEqual(['release_disagrees']);
  });
  test('when the signed summary says something else, or another length', async () => {
    const mine = await publisher.sign(payload());
    const { signed } = mine.role;
    const [[path, target]] = Object.entries(signed.targets) as [[string, (typeof signed.targets)[string]]];
    const signWith = (change: object) =>
      signAs({ ...signed, targets: { [path]: { ...target, ...change } } }, owner.keys.publisher);
    const louder = { ...target.custom, limits: { memoryBytes: 2 ** 30 } };
    expect(codesOf(await publish({ ...mine, role: signWith({ custom: louder }) }))).toEqual(['release_disagrees']);
    expect(codesOf(await publish({ ...mine, role: signWith({ length: 1 }) }))).toEqual(['length_mismatch']);
  });
  test('when the role lacks what is published meanwhile', async () => {
    const late = await publisher.sign(payload({ version: '2.0.0', releaseCounter: 2 }));
    expectOk(await publish(await publisher.sign(payload())));
    fleet.advance(1);
    const { role } = await publisher.sign(payload());
    const signed = { ...late.role.signed, version: role.signed.version };
    expect(codesOf(await publish({ ...late, role: signAs(signed, owner.keys.publisher) }))).toEqual(['conflict']);
  });
  test('when it is no release', async () => {
    expect(codesOf(await publish(await publisher.sign({ app: 'thermostat' })))).toContain('invalid_manifest');
    expect(codesOf(await publish(await publisher.sign(new Uint8Array([0xff, 0x00]))))).toEqual(['invalid_manifest']);
  });
  test('when its counter is not higher, or its version is used', async () => {
    expectOk(await publish(await publisher.sign(payload({ version: '2.0.0', releaseCounter: 5 }))));
    expect(codesOf(await publish(await publisher.sign(payload({ version: '3.0.0', releaseCounter: 5 }))))).toEqual([
      'version_not_higher',
    ]);
    expect(codesOf(await publish(await publisher.sign(payload({ version: '2.0.0', releaseCounter: 6 }))))).toEqual([
      'already_exists',
    ]);
  });
  test('when blobs are missing, with the digest of each, also when only another tenant has them', async () => {
    const theirs = await upload(fleet.context, { ...fleet.admin, tenant: 'other' }, 'of another tenant');
    const outcome = await publish(await publisher.sign({ ...releaseOf(theirs) }));
    expect(outcome).toMatchObject({ ok: false, problems: [{ code: 'blob_missing', path: theirs.digest }] });
  });
  test('when a blob has another size than it says', async () => {
    const wrong = { ...archive, sizeBytes: archive.sizeBytes + 1 };
    expect(codesOf(await publish(await publisher.sign({ ...releaseOf(wrong) })))).toEqual(['length_mismatch']);
  });
  test('when its module does not pass admission', async () => {
    const module = await upload(fleet.context, fleet.admin, 'no module at all');
    const variants = [{ kind: 'wasm', abi: 'wasi-p1', module }];
    expect(codesOf(await publish(await publisher.sign(payload({ variants }))))).toEqual(['module_malformed']);
  });
  test('when its component imports what no device offers, or has no code for a trigger', async () => {
    const admitted = async (component: ComponentBuilder, triggers: readonly object[]) => {
      const module = await upload(fleet.context, fleet.admin, component.build());
      const variants = [{ kind: 'wasm', abi: 'component', module }];
      return codesOf(await publish(await publisher.sign(payload({ variants, triggers }))));
    };
    const cron = [{ on: 'cron', schedule: '* * * * *' }];
    const sockets = quietCommand();
    sockets.importInstance('wasi:sockets/tcp@0.2.0', () => {});
    expect(await admitted(sockets, cron)).toEqual(['import_refused']);
    expect(await admitted(quietHandler(), cron)).toEqual(['feature_refused']);
    expect(await admitted(quietCommand(), cron)).toEqual([]);
  });
  test('when a secret would never reach its component; one that was taken in before stays', async () => {
    const cron = [{ on: 'cron', schedule: '* * * * *' }];
    const module = await upload(fleet.context, fleet.admin, quietCommand().build());
    const sealed = (secrets: object, counter: number) =>
      publisher.sign(
        payload({
          variants: [{ kind: 'wasm', abi: 'component', module }],
          triggers: cron,
          capabilities: { secrets },
          version: `${counter}.0.0`,
          releaseCounter: counter,
        }),
      );
    const outcome = await publish(await sealed({ API_KEY: {} }, 1));
    expect(outcome).toMatchObject({
      ok: false,
      problems: [{ code: 'invalid_manifest', path: '/capabilities/secrets/API_KEY' }],
    });
    expect(expectOk(await useCases.listReleases(fleet.context, fleet.admin, {})).items).toEqual([]);
    expect(codesOf(await publish(await sealed({ API_KEY: { env: true } }, 1)))).toEqual([]);

    const earlier = await sealed({ API_KEY: {} }, 2);
    const bytes = Buffer.from(earlier.payload, 'base64');
    const stored = JSON.parse(bytes.toString()) as Release;
    const { app, version, releaseCounter } = stored;
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
    await fleet.store.releases.add({
      ...{ tenant: 'default' as TenantId, app, version, digest, releaseCounter, publishedAtMs: 0 },
      ...{ signedBy: [], payload: stored, content: bytes.toString() },
    });
    expect(codesOf(await publish(earlier))).toEqual([]);
  });
  test('when the caller may not publish', async () => {
    const viewer = { ...fleet.admin, role: 'operator' as const };
    const outcome = await useCases.publishRelease(fleet.context, viewer, { body: await publisher.sign(payload()) });
    expect(codesOf(outcome)).toEqual(['forbidden']);
  });
});

describe('a blob', () => {
  const pieces = async function* (...texts: string[]) {
    for (const text of texts) yield Buffer.from(text);
  };
  test('with other bytes than its digest is refused, and nothing is left of it', async () => {
    expect(codesOf(await putBlob(fleet.context, fleet.admin, archive.digest, pieces('other')))).toEqual([
      'digest_mismatch',
    ]);
    expect(await readdir(join(fleet.dataDir, 'blobs', 'partial'))).toEqual([]);
    expect(await fleet.context.blobs.has(archive.digest)).toBe(archive.sizeBytes);
  });
  test('whose upload breaks off leaves nothing', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const broken = async function* () {
      yield Buffer.from('a beginning');
      throw new Error('connection lost');
    };
    await expect(putBlob(fleet.context, fleet.admin, digest, broken())).rejects.toThrow('connection lost');
    expect(await readdir(join(fleet.dataDir, 'blobs', 'partial'))).toEqual([]);
    expect(await fleet.context.blobs.has(digest)).toBe(null);
  });
  test('that is too large is refused before its end', async () => {
    const outcome = await fleet.context.blobs.put(`sha256:${'0'.repeat(64)}`, pieces('1234', '5678'), 6);
    expect(codesOf(outcome)).toEqual(['payload_too_large']);
  });
  test('is never a path', async () => {
    await expect(fleet.context.blobs.has('../../etc/passwd')).rejects.toThrow('is no digest');
  });
});
