import type { Attack } from '../attack.ts';
import { wat } from '../guests.ts';

export const attack: Attack = {
  tries:
    'answers every request for memory with a place before its memory, or behind it, and looks for what the host wrote',
  escape: 'a byte of its memory was written although every place was outside, or the runner dies of it',
  expect: /^200 fine$/,
  guest: wat(`(module (memory (export "memory") 1) (data (i32.const 4092) "\\04\\00\\00\\00fine")
    (global $call (mut i32) (i32.const 0))
    (func (export "__new") (param i32 i32) (result i32)
      (global.set $call (i32.add (global.get $call) (i32.const 1)))
      (if (i32.eq (local.get 1) (i32.const 1)) (then (return (i32.const 65536))))
      (if (i32.and (global.get $call) (i32.const 1)) (then (return (i32.const -8))))
      (i32.const 65536))
    (func (export "__pin") (param i32) (result i32) (local.get 0))
    (func (export "__unpin") (param i32))
    (func (export "onHttp") (param i32 i32 i32 i32) (result i32) (local $at i32)
      (loop $next
        (if (i32.load8_u (local.get $at))
          (then (if (i32.gt_u (i32.sub (local.get $at) (i32.const 4092)) (i32.const 7)) (then (unreachable)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (i32.const 65536))))
      (i32.const 4096)))`),
  escaped: (_scene, outcome) => (outcome === '200 fine' ? null : `the host wrote, or something broke: ${outcome}`),
};
