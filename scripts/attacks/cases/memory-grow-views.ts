import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries:
    'grows its memory between host calls, so that what the host remembers of it is stale, and uses pointers across the old end',
  escape: 'the host writes where the memory was, and what the guest reads back is wrong',
  expect: /^200 wrong=0$/,
  release: () => ({ capabilities: { kv: true } }),
  guest: c(`
static void attack(void) {
  int wrong = 0;
  for (int i = 0; i < 20; i++) {
    unsigned end = __builtin_wasm_memory_size(0) * 65536;
    if (__builtin_wasm_memory_grow(0, 1) == (unsigned long)-1) break;
    char *across = (char *)(end - 8);
    wherry_kv_set("k", 1, "0123456789abcdef", 16);
    memset(across, 0, 16);
    if (wherry_kv_get("k", 1, across, 16) != 16 || memcmp(across, "0123456789abcdef", 16) != 0) wrong++;
    uint8_t noise[1]; __wasi_random_get((uint8_t *)across, 16);
    if (memcmp(across, "0123456789abcdef", 16) == 0) wrong++;
  }
  printf("wrong=%d", wrong);
}`),
  escaped: (_scene, outcome) => (/wrong=[1-9]/.test(outcome) ? 'the host used a memory that was' : null),
};
