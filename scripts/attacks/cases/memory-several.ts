import type { Attack } from '../attack.ts';
import { section, wasm } from '../wasm-bytes.ts';
export const attack: Attack = {
  tries: 'brings two memories, the second without a limit',
  escape: 'the device takes it and runs it',
  expect: /^rejected feature_refused$/,
  guest: { kind: 'bytes', bytes: wasm(section(5, [2, 0x01, 1, 1, 0x00, 1])) },
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
