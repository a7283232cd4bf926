import type { Attack } from '../attack.ts';
import { wat } from '../guests.ts';

export const attack: Attack = {
  tries: 'aborts, and traces, with pointers outside its memory and texts whose headers claim four gigabytes',
  escape: 'a line of its log is longer than 4 KiB, or the host reads on',
  expect: /^50[0-9] guest_error 50[0-9] guest_error 50[0-9] guest_error$/,
  guest: wat(`(module
    (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
    (import "env" "trace" (func $trace (param i32 i32 f64 f64 f64 f64 f64)))
    (memory (export "memory") 8)
    (func (export "__new") (param i32 i32) (result i32) (i32.const 1024))
    (func (export "__pin") (param i32) (result i32) (local.get 0))
    (func (export "__unpin") (param i32))
    (func (export "onHttp") (param i32 i32 i32 i32) (result i32)
      (i32.store (i32.const 2044) (i32.const -2))
      (if (i32.eqz (i32.rem_u (i32.load8_u (i32.const 1024)) (i32.const 3))) (then (call $abort (i32.const -16) (i32.const -1) (i32.const -1) (i32.const -1))))
      (if (i32.eq (i32.rem_u (i32.load8_u (i32.const 1024)) (i32.const 3)) (i32.const 1)) (then (call $abort (i32.const 2048) (i32.const 2048) (i32.const 0) (i32.const 0))))
      (call $trace (i32.const 2048) (i32.const 2147483647) (f64.const nan) (f64.const 0) (f64.const 0) (f64.const 0) (f64.const 0))
      (i32.const 2048)))`),
  async act(scene) {
    const state = await scene.deploy();
    if (state !== 'healthy') return state;
    const answers: string[] = [];
    for (const path of ['/?0', '/?1', '/?2']) answers.push(await scene.call(path));
    return answers.join(' ');
  },
  escaped(scene, outcome) {
    if (/(^| )200/.test(outcome)) return 'a wild pointer was taken';
    return scene.logs().some(({ text }) => text.length > 4_096) ? 'a line longer than 4 KiB was told' : null;
  },
};
