import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'works in its start and asks for triggers that are not there, as if each question began a new call',
  escape: 'it is still well when it must have used its CPU time many times over',
  expect: /^(failed|reverted) (cpu_limit|crash_loop)$/,
  release: () => ({ triggers: [{ on: 'start' }], limits: { cpuTimeMs: 200, wallMs: 30_000 }, healthSoakMs: 6_000 }),
  guest: c(
    'static void attack(void) { static char b[64]; for (;;) { for (volatile int i = 0; i < 2000000; i++) { } wherry_trigger_next(b, sizeof b, 0); } }',
  ),
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'its clock was set back' : null),
};
