import type { Attack } from '../attack.ts';
import { wat } from '../guests.ts';

export const attack: Attack = {
  tries:
    'keeps the references that the host hands to its functions, gives them back where a number is awaited, and returns a function',
  escape: 'the host takes one for an answer',
  expect: /^50[0-9] guest_error$/,
  guest: wat(`(module (import "wherry" "now_ms" (func $now (result f64)))
    (memory (export "memory") 1) (global $kept (mut externref) (ref.null extern)) (table (export "table") 1 funcref) (elem declare func $now)
    (func (export "__new") (param i32 i32) (result i32) (i32.const 1024))
    (func (export "__newString") (param externref) (result externref) (global.set $kept (local.get 0)) (local.get 0))
    (func (export "__pin") (param externref) (result externref) (global.set $kept (local.get 0)) (local.get 0))
    (func (export "__unpin") (param externref))
    (func (export "onHttp") (param externref externref externref i32) (result funcref) (ref.func $now)))`),
  escaped: (_scene, outcome) => (outcome.startsWith('200 ') ? 'a reference passed for an answer' : null),
};
