import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';
export const attack: Attack = {
  tries: 'imports the key-value store without asking for the grant',
  escape: 'the device takes it and runs it',
  expect: /^rejected capability_denied$/,
  guest: handler('', '', '(import "wherry" "kv_get" (func (param i32 i32 i32 i32) (result i32)))'),
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
