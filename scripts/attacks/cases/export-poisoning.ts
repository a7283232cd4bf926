import type { Attack } from '../attack.ts';
import { wat } from '../guests.ts';
export const attack: Attack = {
  tries: 'exports a name that makes a loader write into the prototype of all objects',
  escape: 'the device takes it and runs it',
  expect: /^(failed|rejected) module_malformed$/,
  guest: wat(
    '(module (memory (export "memory") 1) (func (export "constructor#toString")) (func (export "__proto__.polluted")))',
  ),
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
