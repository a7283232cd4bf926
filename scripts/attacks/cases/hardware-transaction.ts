import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries:
    'gives a bus lists of operations whose counts, kinds, pointers and lengths wrap around or lie outside its memory',
  escape: 'a call is taken, or memory outside the operations changes',
  expect: /^50[0-9] guest_error$/,
  release: () => ({ capabilities: { i2c: { sensors: [0x48] } } }),
  guest: c(`
static unsigned char canary[8192];
static int run(struct wherry_i2c_operation *list, int count) { return wherry_i2c_transaction("sensors", 7, 0x48, list, count); }
static void attack(void) {
  struct wherry_i2c_operation huge[] = { { 1, canary, 0xffffffff } }, sum[] = { { 1, canary, 4096 }, { 1, canary, 4096 } };
  struct wherry_i2c_operation kind[] = { { 7, canary, 1 } }, none[] = { { 1, canary, 0 } };
  int taken = run(huge, 1) >= 0;
  taken += run(sum, 2) >= 0;
  taken += run(kind, 1) >= 0;
  taken += run(none, 0) >= 0;
  taken += run(none, 17) >= 0;
  taken += run(none, 0x10000001) >= 0;
  for (int i = 0; i < 8192; i++) taken += canary[i] != 0;
  if (taken) { printf("taken=%d", taken); return; }
  struct wherry_i2c_operation outside[] = { { 1, (void *)0xfffffff0, 8 } };
  run(outside, 1);
  printf("taken=outside");
}`),
  escaped: (_scene, outcome) => (/taken=/.test(outcome) ? `a call was taken: ${outcome}` : null),
};
