import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'asks, in its signed release, for the output pin that the canary has',
  escape: 'the device takes it and runs it',
  expect: /^(failed|rejected) hardware_busy$/,
  release: () => ({ capabilities: { gpio: { siren: 'out' } } }),
  guest: c('static void attack(void) { printf("wrote %d", wherry_gpio_write("siren", 5, 1)); }'),
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'two programs have one output' : null),
};
