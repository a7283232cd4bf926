import type { Attack } from '../attack.ts';
import { wat } from '../guests.ts';

/** Each call answers with another object: its header says 4 GiB, more than the memory, more than an answer may have, a wild place. */
export const attack: Attack = {
  tries: 'returns objects whose headers lie about their length, or that lie where no object can be',
  escape: 'an answer is longer than an answer may be, or has bytes that are not the guest’s',
  expect: /^(50[0-9] guest_error ?){6}$/,
  guest: wat(`(module (memory (export "memory") 8)
    (global $at (mut i32) (i32.const 1024)) (global $call (mut i32) (i32.const 0))
    (func (export "__new") (param i32 i32) (result i32) (i32.store (i32.const 1020) (local.get 0)) (i32.const 1024))
    (func (export "__pin") (param i32) (result i32) (local.get 0))
    (func (export "__unpin") (param i32))
    (func $lie (param $at i32) (param $size i32) (result i32) (i32.store (i32.sub (local.get $at) (i32.const 4)) (local.get $size)) (local.get $at))
    (func (export "onHttp") (param i32 i32 i32 i32) (result i32)
      (global.set $call (i32.rem_u (i32.add (global.get $call) (i32.const 1)) (i32.const 6)))
      (if (i32.eq (global.get $call) (i32.const 1)) (then (return (call $lie (i32.const 2048) (i32.const -1)))))
      (if (i32.eq (global.get $call) (i32.const 2)) (then (return (call $lie (i32.const 2048) (i32.const 524288)))))
      (if (i32.eq (global.get $call) (i32.const 3)) (then (return (call $lie (i32.const 524284) (i32.const 8)))))
      (if (i32.eq (global.get $call) (i32.const 4)) (then (return (i32.const -1))))
      (if (i32.eq (global.get $call) (i32.const 5)) (then (return (i32.const 0))))
      (i32.const 3)))`),
  async act(scene) {
    const state = await scene.deploy();
    if (state !== 'healthy') return state;
    const answers: string[] = [];
    for (let call = 0; call < 6; call += 1) answers.push(await scene.call());
    return answers.join(' ');
  },
  escaped: (_scene, outcome) => (/(^| )200/.test(outcome) ? 'a lie was believed' : null),
};
