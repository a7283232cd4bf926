import type { Attack } from '../attack.ts';
import { actionsOn } from '../fake-hardware.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'reads, writes and waits for pins that it was not granted, by their names and by names like them',
  escape: 'a call succeeds, or a pin other than its own changes',
  expect: /^200 taken=0$/,
  release: () => ({ capabilities: { gpio: { led: 'out' } } }),
  guest: c(`
static void attack(void) {
  const char *pins[] = { "door", "siren", "led/../door", "led\\0door", "__proto__", "constructor", "/dev/gpiochip0", "17", "" };
  const int lengths[] = { 4, 5, 11, 8, 9, 11, 14, 2, 0 };
  int taken = 0;
  for (int i = 0; i < 9; i++) {
    taken += wherry_gpio_write(pins[i], lengths[i], 1) >= 0;
    taken += wherry_gpio_read(pins[i], lengths[i]) >= 0;
    taken += wherry_gpio_wait(pins[i], lengths[i], 3, 0) == WHERRY_TIMEOUT;
  }
  taken += wherry_gpio_wait("led", 3, 3, 0) == WHERRY_TIMEOUT;
  printf("taken=%d", taken);
}`),
  escaped: ({ stage }, outcome) =>
    /taken=[1-9]/.test(outcome) || actionsOn(stage.agent.stderr(), 'door') > 0 ? 'it used a pin of others' : null,
};
