import type { Attack } from '../attack.ts';
import { wat } from '../guests.ts';

export const attack: Attack = {
  tries: 'never comes back from a function that the host calls while it makes the arguments of a call',
  escape: 'the call still runs three seconds after its limit of half a second',
  expect: /^504 wall_limit$/,
  release: () => ({ limits: { wallMs: 500 } }),
  guest: wat(`(module (memory (export "memory") 1)
    (func (export "__new") (param i32 i32) (result i32) (loop $forever (br $forever)) (i32.const 1024))
    (func (export "__pin") (param i32) (result i32) (local.get 0))
    (func (export "__unpin") (param i32))
    (func (export "onHttp") (param i32 i32 i32 i32) (result i32) (i32.const 0)))`),
  async act(scene) {
    const state = await scene.deploy();
    return state === 'healthy' ? scene.call('/', 3_500) : state;
  },
  escaped: (_scene, outcome) => (outcome === '504 wall_limit' ? null : `the call was not ended: ${outcome}`),
};
