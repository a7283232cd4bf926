import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';
export const attack: Attack = {
  tries: 'begins with a table of fifty million elements',
  escape: 'the device takes it and runs it',
  expect: /^rejected module_too_large$/,
  guest: handler('', '(table 50000000 funcref)'),
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
