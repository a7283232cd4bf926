import type { Attack } from '../attack.ts';
import { code, module } from '../wasm-bytes.ts';
export const attack: Attack = {
  tries: 'has three hundred thousand functions',
  escape: 'the device takes it and runs it',
  expect: /^rejected module_too_large$/,
  guest: { kind: 'bytes', bytes: module(new Array<readonly number[]>(300_000).fill(code([]))) },
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
