import {
  type PublisherDocument,
  type RootDocument,
  type TargetsDocument,
  type TrustDraft,
  trustDraft,
} from '@wherry/protocol';
import { expect, it } from 'vitest';
import { describeChange } from './describe-change.ts';
import {
  changePublisher,
  changeRootRole,
  firstRoot,
  firstTargets,
  nextPublisher,
  nextTargets,
  raiseFloor,
} from './edits.ts';
import { tufKeyId } from './tuf-keys.ts';

const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const key = (digit: string) => digit.repeat(64);
const short = (digit: string) => tufKeyId(key(digit)).slice(0, 12);
const server = { snapshot: key('1'), timestamp: key('2'), director: key('3') };
const owners = { root: [key('a')], rootThreshold: 1, targets: [key('b')], targetsThreshold: 1 };
const root = firstRoot(owners, server, NOW_MS);
const targets = changePublisher(firstTargets(NOW_MS), 'acme', 'cam', { add: [key('c')] }, NOW_MS);
const unsigned = <T>(signed: T) => ({ signatures: [], signed });

function changes(base: Partial<TrustDraft['base']>, documents: TrustDraft['documents']): readonly string[] {
  const before = { root: unsigned(root) as RootDocument, targets: unsigned(targets) as TargetsDocument, ...base };
  return describeChange(trustDraft.parse({ kind: 'wherry-trust-draft', tenant: 'acme', base: before, documents }));
}

const release = (letter: string, releaseCounter: number) => ({
  length: 2,
  hashes: { sha256: letter.repeat(64) },
  custom: { app: 'cam', version: '1.0.0', releaseCounter, variants: [], capabilities: {}, limits: {}, config: {} },
});

it('keys of root that come and go, and how many must sign', () => {
  const change = { add: [key('d'), key('e')], remove: [tufKeyId(key('a'))], threshold: 2 };
  expect(changes({}, { root: unsigned(changeRootRole(root, 'root', change, NOW_MS)) })).toEqual([
    'root 2, until 2027-06-01T00:00:00Z',
    `  root: the key ${short('d')} comes`,
    `  root: the key ${short('e')} comes`,
    `  root: the key ${short('a')} goes`,
    '  root: 2 of 2 keys must sign',
  ]);
});

it('apps that are given to somebody or up, and floors', () => {
  const given = changePublisher(targets, 'acme', 'door', { add: [key('d')] }, NOW_MS);
  const up = changePublisher(given, 'acme', 'cam', { remove: [tufKeyId(key('c'))] }, NOW_MS);
  const raised = raiseFloor(up, 'acme', 'door', 4, NOW_MS);
  expect(changes({}, { targets: unsigned(raised) }).slice(1)).toEqual([
    `  pub.acme.door: the key ${short('d')} comes`,
    '  pub.acme.door: 1 of 1 keys must sign',
    '  pub.acme.cam: nobody signs it any more',
    '  acme/door: nothing below number 4 may be installed (0 before)',
  ]);
});

it('releases that come, go, or are others than before', () => {
  const role = (named: Record<string, ReturnType<typeof release>>): PublisherDocument => {
    const paths = Object.entries(named).map(([version, target]) => [`acme/cam/${version}.json`, target]);
    return unsigned({ ...nextPublisher(null, NOW_MS), targets: Object.fromEntries(paths) });
  };
  const before = role({ '1.0.0': release('a', 1), '1.1.0': release('b', 2), '1.2.0': release('c', 3) });
  const after = role({ '1.0.0': release('a', 1), '1.2.0': release('d', 3), '1.3.0': release('e', 4) });
  expect(changes({ publishers: { cam: before } }, { publishers: { cam: after } }).slice(1)).toEqual([
    `  cam@1.2.0 comes, number 3, sha256:${'d'.repeat(64)}`,
    `  cam@1.3.0 comes, number 4, sha256:${'e'.repeat(64)}`,
    '  cam@1.1.0 goes',
  ]);
  expect(changes({}, { publishers: { cam: before } })).toHaveLength(4);
});

it('the same for longer is said too', () => {
  expect(changes({}, { targets: unsigned(nextTargets(targets, NOW_MS)) })[1]).toBe('  as before, for longer');
});
