import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';
export const attack: Attack = {
  tries: 'imports what every object inherits, which would hand it the constructor of functions',
  escape: 'the device takes it and runs it',
  expect: /^rejected import_refused$/,
  guest: handler(
    '(drop (call $f (i32.const 0)))',
    '',
    '(import "env" "constructor" (func $f (param i32) (result i32)))',
  ),
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
