import type { Attack } from '../attack.ts';
import { code, module } from '../wasm-bytes.ts';

/** i64.const -1 or a large number; global.set 0, where the module has no global of its own. */
const REFILL = [0x42, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x24, 0x00];

export const attack: Attack = {
  tries: 'sets the global behind its own, which is where the counter of its fuel will be',
  escape: 'the device takes it',
  expect: /^rejected module_malformed$/,
  release: () => ({ limits: { fuel: 1_000_000 } }),
  guest: { kind: 'bytes', bytes: module([code(REFILL)]) },
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
