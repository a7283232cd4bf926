import type { Attack } from '../attack.ts';
import { code, module } from '../wasm-bytes.ts';
export const attack: Attack = {
  tries: 'declares four billion locals in a few bytes',
  escape: 'the device takes it and runs it',
  expect: /^rejected module_too_large$/,
  guest: { kind: 'bytes', bytes: module([code([], [[0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f]])]) },
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
