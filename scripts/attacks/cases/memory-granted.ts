import type { Attack } from '../attack.ts';
import { wat } from '../guests.ts';

export const attack: Attack = {
  tries: 'was granted several memories, one of 64 bits, and grows each of them for as long as it can',
  escape: 'together they have more pages than its limit of 16 MiB, 256, allows',
  expect: /^200 fine$/,
  release: () => ({ capabilities: { features: ['multi-memory', 'memory64'] } }),
  guest: wat(`(module (memory $a (export "memory") 1) (memory $b 1) (memory $c i64 1)
    (data (memory $a) (i32.const 2044) "\\04\\00\\00\\00fine") (data (memory $a) (i32.const 3068) "\\04\\00\\00\\00more")
    (func (export "__new") (param i32 i32) (result i32) (i32.const 1024))
    (func (export "__pin") (param i32) (result i32) (local.get 0))
    (func (export "__unpin") (param i32))
    (func (export "onHttp") (param i32 i32 i32 i32) (result i32)
      (loop $a (br_if $a (i32.ne (memory.grow $a (i32.const 1)) (i32.const -1))))
      (loop $b (br_if $b (i32.ne (memory.grow $b (i32.const 1)) (i32.const -1))))
      (loop $c (br_if $c (i64.ne (memory.grow $c (i64.const 1)) (i64.const -1))))
      (if (result i32) (i32.gt_u (i32.add (memory.size $a) (i32.add (memory.size $b) (i32.wrap_i64 (memory.size $c)))) (i32.const 256))
        (then (i32.const 3072)) (else (i32.const 2048)))))`),
  escaped: (_scene, outcome) => (outcome.includes('more') ? 'more memory than its limit' : null),
};
