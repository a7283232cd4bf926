import { rootDocument, type TrustState, targetsDocument } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { auditTrust } from './audit.ts';
import { changePublisher, firstRoot, firstTargets } from './edits.ts';

const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const DAY_MS = 86_400_000;
const key = (letter: string) => letter.repeat(64);
const server = { snapshot: key('1'), timestamp: key('2'), director: key('3') };

function stateOf(root: readonly string[], rootThreshold: number, targets: readonly string[]): TrustState {
  const owners = { root, rootThreshold, targets, targetsThreshold: 1 };
  const signed = changePublisher(firstTargets(NOW_MS), 'acme', 'camera', { add: [key('d')] }, NOW_MS);
  return {
    keys: server,
    root: rootDocument.parse({ signatures: [], signed: firstRoot(owners, server, NOW_MS) }),
    targets: targetsDocument.parse({ signatures: [], signed }),
    roles: [{ role: 'root', version: 1, expiresAtMs: NOW_MS + 100 * DAY_MS }],
  };
}
const warnings = (state: TrustState, nowMs = NOW_MS) => auditTrust(state, nowMs).warnings.length;

it('names every role with what a thief of it could do, and warns of nothing where nothing is wrong', () => {
  const audited = auditTrust(stateOf([key('a'), key('b'), key('c')], 2, [key('e')]), NOW_MS);
  expect(audited.roles.map(({ role }) => role)).toEqual([
    'root',
    'targets',
    'pub.acme.camera',
    'snapshot',
    'timestamp',
    'director',
  ]);
  expect(audited.roles.every(({ does, thief }) => does !== '' && thief !== '')).toBe(true);
  expect(audited.warnings).toEqual([]);
});

it('warns of a single owner, of a key in two roles, of an expiry that is near or past, of other server keys', () => {
  const good = stateOf([key('a'), key('b'), key('c')], 2, [key('e')]);
  expect(warnings(stateOf([key('a')], 1, [key('e')]))).toBe(2);
  expect(warnings(stateOf([key('a'), key('b'), key('c')], 2, [key('a')]))).toBe(1);
  expect(warnings(good, NOW_MS + 80 * DAY_MS)).toBe(1);
  expect(warnings(good, NOW_MS + 100 * DAY_MS)).toBe(1);
  expect(warnings({ ...good, keys: { ...server, director: key('9') } })).toBe(1);
  expect(auditTrust({ ...good, root: null }, NOW_MS)).toMatchObject({ isBegun: false, roles: [] });
});
