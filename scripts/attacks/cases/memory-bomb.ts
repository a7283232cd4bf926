import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'grows its memory for as long as it can, and touches all of it',
  escape: 'it has more pages than its limit of 16 MiB, 256, allows',
  expect: /^200 pages=256$/,
  guest: c(`
static void attack(void) {
  for (int step = 64; step > 0; step /= 8)
    while (__builtin_wasm_memory_size(0) < 1024 && __builtin_wasm_memory_grow(0, step) != (unsigned long)-1) ;
  unsigned long pages = __builtin_wasm_memory_size(0);
  for (unsigned long at = 1024 * 1024; at < pages * 65536; at += 4096) *(volatile char *)at |= 0;
  printf("pages=%lu", pages);
}`),
  escaped: (_scene, outcome) =>
    Number(/pages=(\d+)/.exec(outcome)?.[1] ?? 0) > 256 ? 'more memory than its limit' : null,
};
