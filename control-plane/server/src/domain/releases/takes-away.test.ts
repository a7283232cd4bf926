import { FLOOR_FIELD, type PublisherDocument, type TargetsDocument } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { appsWithoutTrust, revokesRelease } from './takes-away.ts';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const role = (app: string, keyids: string[], threshold = 1) => ({
  name: `pub.acme.${app}`,
  keyids,
  threshold,
  terminating: true,
  paths: [`acme/${app}/*`],
});
const targets = (roles: object[], floors: Record<string, number> = {}) =>
  ({ signatures: [], signed: { delegations: { keys: {}, roles }, [FLOOR_FIELD]: floors } }) as never as TargetsDocument;
const publisher = (...versions: string[]) =>
  ({
    signed: { targets: Object.fromEntries(versions.map((one) => [`acme/cam/${one}.json`, {}])) },
  }) as PublisherDocument;

const BEFORE = targets([role('cam', [A, B]), role('lamp', [A])], { 'acme/lamp': 3 });
it.each<[string, TargetsDocument, string[]]>([
  ['the same again', BEFORE, []],
  ['one more app', targets([role('cam', [A, B]), role('lamp', [A]), role('new', [A])], { 'acme/lamp': 3 }), []],
  ['one more key', targets([role('cam', [A, B]), role('lamp', [A, B])], { 'acme/lamp': 3 }), []],
  ['a key less', targets([role('cam', [A]), role('lamp', [A])], { 'acme/lamp': 3 }), ['cam']],
  ['a key for another', targets([role('cam', [A, B]), role('lamp', [B])], { 'acme/lamp': 3 }), ['lamp']],
  ['a higher threshold', targets([role('cam', [A, B], 2), role('lamp', [A])], { 'acme/lamp': 3 }), ['cam']],
  ['an app less', targets([role('cam', [A, B])], { 'acme/lamp': 3 }), ['lamp']],
  ['a floor', targets([role('cam', [A, B]), role('lamp', [A])], { 'acme/lamp': 3, 'acme/cam': 1 }), ['cam']],
  ['a higher floor', targets([role('cam', [A, B]), role('lamp', [A])], { 'acme/lamp': 4 }), ['lamp']],
])('%s', (_, after, apps) => {
  expect([...appsWithoutTrust('acme', BEFORE, after)]).toEqual(apps);
});

it('a role that names less than before revokes', () => {
  expect(revokesRelease(null, publisher('1.0.0'))).toBe(false);
  expect(revokesRelease(publisher('1.0.0'), publisher('1.0.0', '1.1.0'))).toBe(false);
  expect(revokesRelease(publisher('1.0.0', '1.1.0'), publisher('1.1.0'))).toBe(true);
});
