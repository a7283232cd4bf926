import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'calls itself until the stack is used up, twice',
  escape: 'the second call finds something else than the first',
  expect: /^502 guest_error, 502 guest_error$/,
  guest: handler('(drop (call $http (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))'),
  async act(scene) {
    const state = await scene.deploy();
    return state === 'healthy' ? `${await scene.call()}, ${await scene.call()}` : state;
  },
};
