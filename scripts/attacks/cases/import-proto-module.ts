import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';
export const attack: Attack = {
  tries: 'imports from the module __proto__',
  escape: 'the device takes it and runs it',
  expect: /^rejected import_refused$/,
  guest: handler('(call $f)', '', '(import "__proto__" "toString" (func $f))'),
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
