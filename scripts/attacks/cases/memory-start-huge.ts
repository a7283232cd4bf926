import type { Attack } from '../attack.ts';
import { wat } from '../guests.ts';
export const attack: Attack = {
  tries: 'begins with more memory than its limit',
  escape: 'the device takes it and runs it',
  expect: /^rejected memory_above_limit$/,
  guest: wat('(module (memory (export "memory") 60000))'),
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
