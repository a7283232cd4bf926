import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'stores values of 60 KiB under ever new keys',
  escape: 'more than the store of 1 MiB is taken',
  expect: /^200 stored=17 status=-4$/,
  release: () => ({ capabilities: { kv: true }, limits: { wallMs: 8_000 } }),
  guest: c(`
static void attack(void) {
  static char value[60000]; int stored = 0, status = 0;
  while (stored < 60 && status == 0) { char k[8]; int n = snprintf(k, sizeof k, "k%d", stored); status = wherry_kv_set(k, n, value, sizeof value); stored += status == 0; }
  printf("stored=%d status=%d", stored, status);
}`),
  escaped: (_scene, outcome) =>
    Number(/stored=(\d+)/.exec(outcome)?.[1] ?? 0) > 17 ? 'more than 1 MiB is stored' : null,
};
