import type { Attack } from '../attack.ts';
import { wat } from '../guests.ts';

export const attack: Attack = {
  tries: 'never comes back from its start function, before anything was called',
  escape: 'it counts as healthy',
  expect: /^failed wall_limit$/,
  release: () => ({ limits: { wallMs: 500 } }),
  guest: wat('(module (memory (export "memory") 1) (func $s (loop $l (br $l))) (start $s))'),
  escaped: (_scene, outcome) => (outcome === 'healthy' ? 'it counts as healthy' : null),
};
