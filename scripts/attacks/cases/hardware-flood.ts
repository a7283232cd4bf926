import type { Attack } from '../attack.ts';
import { actionsOn } from '../fake-hardware.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'writes a pin as fast as it can, which keeps the agent busy and may wear out what hangs on the pin',
  escape: 'more than 5,000 writes in two seconds reach the pin',
  expect: /^504 wall_limit$/,
  release: () => ({ capabilities: { gpio: { led: 'out' } } }),
  guest: c('static void attack(void) { for (int i = 0;; i++) wherry_gpio_write("led", 3, i & 1); }'),
  escaped({ stage }) {
    const writes = actionsOn(stage.agent.stderr(), 'led');
    return writes > 5_000 ? `${writes} writes came` : null;
  },
};
