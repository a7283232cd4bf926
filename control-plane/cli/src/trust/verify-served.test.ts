import { generateKeyPairSync, sign } from 'node:crypto';
import {
  type Outcome,
  type PublisherDocument,
  publisherDocument,
  type RootDocument,
  rootDocument,
  type TargetsDocument,
  targetsDocument,
  tufSignedBytes,
} from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import {
  changePublisher,
  changeRootRole,
  firstRoot,
  firstTargets,
  nextPublisher,
  nextRoot,
  nextTargets,
} from './edits.ts';
import { rawPublicKey, tufKeyId } from './tuf-keys.ts';
import { checkNotLower, reachRoot, verifyPublisher, verifyTargets } from './verify-served.ts';

const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const makeKey = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { publicHex: rawPublicKey(publicKey), sign: (bytes: Uint8Array) => sign(null, bytes, privateKey) };
};
type Key = ReturnType<typeof makeKey>;
const signaturesOf = (signed: object, by: readonly Key[]) =>
  by.map((key) => ({ keyid: tufKeyId(key.publicHex), sig: key.sign(tufSignedBytes(signed)).toString('hex') }));
const rootBy = (signed: RootDocument['signed'], ...by: readonly Key[]): RootDocument =>
  rootDocument.parse({ signed, signatures: signaturesOf(signed, by) });
const targetsBy = (signed: TargetsDocument['signed'], ...by: readonly Key[]): TargetsDocument =>
  targetsDocument.parse({ signed, signatures: signaturesOf(signed, by) });
const publisherBy = (signed: PublisherDocument['signed'], ...by: readonly Key[]): PublisherDocument =>
  publisherDocument.parse({ signed, signatures: signaturesOf(signed, by) });
const codeOf = (outcome: Outcome<unknown>) => (outcome.ok ? 'ok' : outcome.problems[0]?.code);
const versionsOf = (outcome: Outcome<readonly RootDocument[]>) =>
  outcome.ok ? outcome.value.map(({ signed }) => signed.version) : codeOf(outcome);

const [ann, bob, eve, thief, targetsKey, publisher] = Array.from({ length: 6 }, makeKey) as [
  Key,
  Key,
  Key,
  Key,
  Key,
  Key,
];
const server = { snapshot: '1'.repeat(64), timestamp: '2'.repeat(64), director: '3'.repeat(64) };
const owners = (root: readonly Key[], rootThreshold: number) => {
  return {
    root: root.map((key) => key.publicHex),
    rootThreshold,
    targets: [targetsKey.publicHex],
    targetsThreshold: 1,
  };
};

/** Three roots: two of ann, bob and eve; bob goes and nobody takes his place; the same once more. */
const first = firstRoot(owners([ann, bob, eve], 2), server, NOW_MS);
const one = rootBy(first, ann, bob);
const second = changeRootRole(first, 'root', { remove: [tufKeyId(bob.publicHex)] }, NOW_MS);
const two = rootBy(second, ann, eve);
const third = nextRoot(second, NOW_MS);
const three = rootBy(third, ann, eve);

describe('a root', () => {
  it('is the known one, or reached by roots that are each signed by both sides', () => {
    expect(versionsOf(reachRoot([one], one, [], false))).toEqual([1]);
    expect(versionsOf(reachRoot([one], two, [], false))).toEqual([1, 2]);
    expect(versionsOf(reachRoot([one], three, [two], false))).toEqual([1, 2, 3]);
    expect(versionsOf(reachRoot([], three, [], false))).toEqual([3]);
  });

  const forgedFirst = firstRoot(owners([thief], 1), server, NOW_MS);
  const forged = (version: number) => rootBy({ ...forgedFirst, version }, thief);
  it.each<[string, string, () => Outcome<unknown>]>([
    ['a root of another at the same version', 'arbitrary_software', () => reachRoot([one], forged(1), [], false)],
    ['the next by a stranger', 'arbitrary_software', () => reachRoot([one], forged(2), [], false)],
    ['a whole chain by a stranger', 'arbitrary_software', () => reachRoot([one], forged(3), [forged(2)], false)],
    ['the next by too few', 'arbitrary_software', () => reachRoot([one], rootBy(second, ann), [], false)],
    [
      'the next by those before alone',
      'arbitrary_software',
      () => reachRoot([one], rootBy(second, ann, bob), [], false),
    ],
    [
      'the next that one has signed twice',
      'arbitrary_software',
      () => reachRoot([one], rootBy(second, eve, eve), [], false),
    ],
    ['one that is missing on the way', 'root_gap', () => reachRoot([one], three, [], false)],
    ['an older one', 'rollback_attack', () => reachRoot([one, two], one, [], false)],
    [
      'another by the same owners',
      'equivocation',
      () => reachRoot([one], rootBy({ ...first, expires: '2030-01-01T00:00:00Z' }, ann, bob), [], false),
    ],
    [
      'nothing known, and not signed by itself',
      'arbitrary_software',
      () => reachRoot([], rootBy(first, ann), [], false),
    ],
    ['restored, and never seen', 'arbitrary_software', () => reachRoot([two], one, [], true)],
    ['restored, and of a stranger', 'arbitrary_software', () => reachRoot([one, two], forged(2), [], true)],
  ])('%s: %s', (_, code, reach) => {
    expect(codeOf(reach())).toBe(code);
  });

  it('that was known before is served again by a control plane that was restored, and others follow it', () => {
    const other = rootBy(nextRoot(first, NOW_MS + 1000), ann, bob);
    expect(versionsOf(reachRoot([one, two, three], one, [], true))).toEqual([1]);
    expect(versionsOf(reachRoot([one, two, three], other, [], true))).toEqual([1, 2]);
    expect(versionsOf(reachRoot([one, two], three, [], true))).toEqual([1, 2, 3]);
  });
});

describe('what is below root', () => {
  const targetsSigned = changePublisher(firstTargets(NOW_MS), 'acme', 'camera', { add: [publisher.publicHex] }, NOW_MS);
  const targets = targetsBy(targetsSigned, targetsKey);
  const role = 'pub.acme.camera';
  const named = nextPublisher(null, NOW_MS);

  it('is signed by who may, or is not made on', () => {
    expect(codeOf(verifyTargets(one, targets))).toBe('ok');
    expect(codeOf(verifyTargets(one, targetsBy(nextTargets(targetsSigned, NOW_MS), thief)))).toBe('arbitrary_software');
    const raised = { ...targets, signed: { ...targetsSigned, version: targetsSigned.version + 1 } };
    expect(codeOf(verifyTargets(one, raised))).toBe('arbitrary_software');
    expect(codeOf(verifyPublisher(targets, role, publisherBy(named, publisher)))).toBe('ok');
    expect(codeOf(verifyPublisher(targets, role, publisherBy(named, targetsKey)))).toBe('arbitrary_software');
    expect(codeOf(verifyPublisher(targets, 'pub.acme.door', publisherBy(named, publisher)))).toBe('outside_delegation');
  });

  it('is not older than what was sent from here, unless a person says why', () => {
    const versions = { targets: 7 };
    expect([6, 7, 8].map((version) => codeOf(checkNotLower('targets', version, versions, false)))).toEqual([
      'rollback_attack',
      'ok',
      'ok',
    ]);
    expect(codeOf(checkNotLower('targets', 6, versions, true))).toBe('ok');
    for (const unseen of [role, 'constructor']) expect(codeOf(checkNotLower(unseen, 0, versions, false))).toBe('ok');
  });
});
