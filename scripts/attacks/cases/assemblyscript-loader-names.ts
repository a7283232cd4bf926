import type { Attack } from '../attack.ts';
import { wat } from '../guests.ts';

export const attack: Attack = {
  tries:
    'exports its own __newString, __newArrayBuffer, __getString, __collect and type information, with forged numbers of types',
  escape: 'it reaches anything but its own functions: the answer is something else than its own text',
  expect: /^200 mine$/,
  guest: wat(`(module (memory (export "memory") 1) (data (i32.const 2048) "mine")
    (global (export "__rtti_base") i32 (i32.const -4))
    (global (export "__getUint8ArrayView") (mut i32) (i32.const 0))
    (global (export "prototype") (mut i32) (i32.const 7))
    (func (export "__new") (param i32 i32) (result i32) (i32.const 1024))
    (func (export "__newString") (param externref) (result i32) (i32.const -1))
    (func (export "__newArrayBuffer") (param externref) (result i32) (i32.const -1))
    (func (export "__newArray") (param externref externref) (result externref) (local.get 0))
    (func (export "__getString") (param i32) (result i32) (unreachable))
    (func (export "__getArrayBuffer") (param i32) (result i32) (unreachable))
    (func (export "__instanceof") (param i32 i32) (result i32) (i32.const 1))
    (func (export "__collect") (unreachable))
    (func (export "__pin") (param i32) (result i32) (local.get 0))
    (func (export "__unpin") (param i32) (unreachable))
    (func (export "onHttp") (param i32 i32 i32 i32) (result i32)
      (i32.store (i32.const 2040) (i32.const -559038737)) (i32.store (i32.const 2044) (i32.const 4)) (i32.const 2048)))`),
  escaped: (_scene, outcome) => (outcome.startsWith('200 ') && outcome !== '200 mine' ? 'it got something else' : null),
};
