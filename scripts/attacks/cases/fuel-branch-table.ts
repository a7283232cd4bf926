import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'loops by a branch table behind inner blocks, with its fuel limited',
  escape: 'the call still runs after six seconds',
  expect: /^502 fuel_limit$/,
  release: () => ({ limits: { fuel: 5_000_000, wallMs: 20_000 } }),
  guest: handler('(loop $l (block $a (block $b (br_table $b $l $a (i32.const 1)))))'),
  act: async (scene) => `${await scene.deploy()}` && scene.call('/', 6_000),
  escaped: (_scene, outcome) => (outcome.startsWith('0 ') ? 'the call was never ended' : null),
};
