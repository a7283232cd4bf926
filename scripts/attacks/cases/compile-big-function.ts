import type { Attack } from '../attack.ts';
import { code, module } from '../wasm-bytes.ts';
export const attack: Attack = {
  tries: 'has one function of six megabytes, which compiles in one step that nothing interrupts',
  escape: 'the device takes it and runs it',
  expect: /^rejected module_too_large$/,
  guest: { kind: 'bytes', bytes: module([code(new Array<number>(6_000_000).fill(0x01))]) },
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
