import type { Attack } from '../attack.ts';
import { code, module } from '../wasm-bytes.ts';

/** loop, try, catch_all, branch back: exceptions without a tag need no section that admission would see. */
const CATCHING = [0x03, 0x40, 0x06, 0x40, 0x00, 0x19, 0x0c, 0x01, 0x0b, 0x0b];

export const attack: Attack = {
  tries: 'catches whatever ends it, and goes on, with its fuel limited',
  escape: 'the device takes it',
  expect: /^rejected feature_refused$/,
  release: () => ({ limits: { fuel: 1_000_000 } }),
  guest: { kind: 'bytes', bytes: module([code(CATCHING)]) },
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
