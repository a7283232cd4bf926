import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'has no loop at all: it calls itself through its table, by tail calls, for ever, with its fuel limited',
  escape: 'the call still runs after six seconds',
  expect: /^502 fuel_limit$/,
  release: () => ({ limits: { fuel: 5_000_000, wallMs: 20_000 } }),
  guest: handler(
    '(drop (call $again (i32.const 0)))',
    '(type $f (func (param i32) (result i32))) (table $t 1 funcref) (elem (i32.const 0) $again) (func $again (param i32) (result i32) (return_call_indirect $t (type $f) (i32.const 0) (i32.const 0)))',
  ),
  act: async (scene) => `${await scene.deploy()}` && scene.call('/', 6_000),
  escaped: (_scene, outcome) => (outcome.startsWith('0 ') ? 'the call was never ended' : null),
};
