import { type DesiredWorkload, DIRECTOR_FIELD, FLOOR_FIELD, LIMITS } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import { directorOf, judgeRelease, openJudged } from './judge-release.ts';
import { openRoot } from './tuf/root-chain.ts';
import type { TrustedTarget } from './tuf/search.ts';
import { codeOf, TestDevice } from './tuf/testing/device.ts';
import { bytesOf, makeRelease, publishRelease, TENANT } from './tuf/testing/release.ts';
import { TestRepository } from './tuf/testing/repository.ts';
import { makeTestKey, type TestKey } from './tuf/testing/signing.ts';

const facts = { tenant: TENANT, deviceTarget: 'rpi4' };
type Wanted = Pick<DesiredWorkload, 'app' | 'version' | 'release'>;

/** What a device holds against each other, after it has fetched all of it. */
function stage(change: (repository: TestRepository) => void = () => {}, patch: object = {}) {
  const repository = new TestRepository();
  const { path, bytes, wanted } = publishRelease(repository, makeRelease(), patch);
  change(repository);
  const device = new TestDevice(repository.file('1.root.json'), (name) => repository.files.get(name));
  expect(device.refresh()).toBe('ok');
  const found = device.search(path);
  if (!found.ok) throw new Error(found.problems[0]?.message);
  const judge = (more: Partial<Record<keyof Wanted, string>> = {}, by = facts, target: TrustedTarget = found.value) =>
    judgeRelease({ ...wanted, ...more } as Wanted, target, by);
  return { target: found.value, bytes, judge };
}

describe('the director and the publisher', () => {
  it('agree', () => {
    const { target, bytes, judge } = stage();
    const judged = judge();
    expect(codeOf(judged)).toBe('ok');
    if (judged.ok) expect(openJudged(bytes, target, judged.value)).toEqual({ ok: true, value: makeRelease() });
  });

  it('disagree about the digest, the version, the app', () => {
    const { judge } = stage();
    expect(codeOf(judge({ release: `sha256:${'b'.repeat(64)}` }))).toBe('release_disagrees');
    expect(codeOf(judge({ version: '1.0.1' }))).toBe('release_disagrees');
    expect(codeOf(judge({ app: 'camera' }))).toBe('release_disagrees');
    expect(codeOf(judge({}, { ...facts, tenant: 'other' }))).toBe('release_disagrees');
  });

  it.each<[string, object]>([
    ['another app', { app: 'camera' }],
    ['another version', { version: '2.0.0' }],
    ['no counter', { releaseCounter: undefined }],
    ['something unknown', { surprise: 1 }],
  ])('the custom block says %s', (_, patch) =>
    expect(codeOf(stage(undefined, patch).judge())).toBe('release_disagrees'),
  );

  it.each<[string, object]>([
    ['limits', { limits: { memoryBytes: 1_073_741_824, cpuShare: '0.5', wallMs: 1_000 } }],
    ['capabilities', { capabilities: { kv: true, dataBytes: 4096 } }],
    ['variants', { variants: [] }],
    ['the counter', { releaseCounter: 99 }],
    ['the configuration', { config: { ZONE: { type: 'string' } } }],
  ])('the payload says other %s than the custom block', (_, patch) => {
    const { target, bytes, judge } = stage(undefined, patch);
    const judged = judge();
    expect(codeOf(judged)).toBe('ok');
    if (judged.ok) expect(codeOf(openJudged(bytes, target, judged.value))).toBe('release_disagrees');
  });

  it('other bytes than were signed', () => {
    const { target, bytes, judge } = stage();
    const judged = judge();
    if (!judged.ok) throw new Error('not judged');
    const flipped = Uint8Array.from(bytes, (byte, at) => (at === 20 ? byte ^ 1 : byte));
    expect(codeOf(openJudged(flipped, target, judged.value))).toBe('digest_mismatch');
    expect(codeOf(openJudged(bytes.subarray(1), target, judged.value))).toBe('length_mismatch');
    expect(codeOf(openJudged(Buffer.concat([bytes, Buffer.of(32)]), target, judged.value))).toBe('length_mismatch');
    expect(codeOf(openJudged(bytesOf(makeRelease('9.9.9')), target, judged.value))).toBe('digest_mismatch');
  });

  it('the right digest and another length', () => {
    const { target, bytes, judge } = stage();
    const judged = judge();
    if (!judged.ok) throw new Error('not judged');
    for (const more of [-1, 1]) {
      const other = { ...target, lengthBytes: bytes.length + more };
      expect(codeOf(openJudged(bytes, other, judged.value))).toBe('length_mismatch');
    }
  });

  it('a payload that is larger than any release', () => {
    const { target, judge } = stage();
    const at = (lengthBytes: number) => codeOf(judge({}, facts, { ...target, lengthBytes }));
    expect([at(LIMITS.releaseBytes), at(LIMITS.releaseBytes + 1)]).toEqual(['ok', 'payload_too_large']);
  });

  it('a role that is not the one of the app', () => {
    const { target, judge } = stage();
    for (const roles of [['targets'], ['targets', 'pub.acme.camera'], ['targets', 'x', 'pub.acme.thermostat']])
      expect(codeOf(judge({}, facts, { ...target, roles }))).toBe('outside_delegation');
  });

  it('a counter below the floor, at it, and a floor that cannot be read', () => {
    const floor = (value: unknown) =>
      codeOf(
        stage((repository) => {
          repository.document('targets')[FLOOR_FIELD] = value;
          repository.publishTargets();
        }).judge(),
      );
    expect(floor({ 'acme/thermostat': 6 })).toBe('below_floor');
    expect(floor({ 'acme/thermostat': 5, 'acme/camera': 99 })).toBe('ok');
    expect(floor({ 'acme/thermostat': '5' })).toBe('metadata_malformed');
    expect(floor([])).toBe('metadata_malformed');
  });

  it('another class of device', () => {
    expect(codeOf(stage(undefined, { targets: ['x86-gateway'] }).judge())).toBe('wrong_target');
    expect(codeOf(stage(undefined, { targets: ['x86-gateway', 'rpi4'] }).judge())).toBe('ok');
    expect(codeOf(stage(undefined, { targets: ['rpi4'] }).judge({}, { ...facts, deviceTarget: null as never }))).toBe(
      'wrong_target',
    );
  });
});

describe('the keys of the director', () => {
  const rootWith = (field: (key: TestKey) => unknown) => {
    const repository = new TestRepository();
    const key = makeTestKey();
    repository.root.keys[key.id] = key.json;
    repository.root[DIRECTOR_FIELD] = field(key);
    repository.publish('root');
    const root = openRoot(repository.file('2.root.json'));
    if (!root.ok) throw new Error('no root');
    return directorOf(root.value);
  };

  it('stand in the root', () => {
    expect(rootWith(({ id }) => ({ keyids: [id], threshold: 1 }))).toMatchObject({ ok: true, value: { threshold: 1 } });
  });

  it.each<[string, (key: TestKey) => unknown]>([
    ['nothing', () => undefined],
    ['no keys', () => ({ keyids: [], threshold: 1 })],
    ['a key that is not there', () => ({ keyids: ['a'.repeat(64)], threshold: 1 })],
    ['a threshold that one key twice would meet', ({ id }) => ({ keyids: [id, id], threshold: 2 })],
    ['a threshold of zero', ({ id }) => ({ keyids: [id], threshold: 0 })],
  ])('%s is refused', (_, field) => expect(codeOf(rootWith(field))).toBe('metadata_malformed'));
});
