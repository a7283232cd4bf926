import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';
import { attackBeside, neighbourHarmed } from '../neighbour.ts';

export const attack: Attack = {
  tries: 'shares a process, grows its memory and table to their ends, and fills the stack',
  escape: 'its neighbour is harmed',
  expect: /^502 memory_limit, neighbour well, 2 processes$/,
  beside: true,
  guest: handler(
    `(loop $m (br_if $m (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
     (loop $t (br_if $t (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1))))
     (drop (call $deep (i32.const 0)))`,
    '(table $t 1 funcref) (func $deep (param i32) (result i32) (i32.add (call $deep (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))',
  ),
  act: attackBeside,
  escaped: neighbourHarmed,
};
