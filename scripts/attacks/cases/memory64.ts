import type { Attack } from '../attack.ts';
import { section, wasm } from '../wasm-bytes.ts';
export const attack: Attack = {
  tries: 'brings a memory of 64 bits, whose maximum V8 does not hold down',
  escape: 'the device takes it and runs it',
  expect: /^rejected feature_refused$/,
  guest: { kind: 'bytes', bytes: wasm(section(5, [1, 0x04, 1])) },
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
