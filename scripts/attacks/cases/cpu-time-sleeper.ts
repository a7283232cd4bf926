import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'works and sleeps in turns, so that no clock sees it work for long',
  escape: 'the call still runs when it must have used five times its CPU time',
  expect: /^502 cpu_limit$/,
  release: () => ({ limits: { cpuTimeMs: 200, wallMs: 30_000 } }),
  guest: c(`
#include <time.h>
static void attack(void) {
  struct timespec nap = { 0, 15000000 };
  for (;;) { for (volatile int i = 0; i < 2000000; i++) { } nanosleep(&nap, 0); }
}`),
  act: async (scene) => `${await scene.deploy()}` && scene.call('/', 12_000),
  escaped: (_scene, outcome) => (outcome.startsWith('0 ') ? 'the call was never ended' : null),
};
