import type { Attack } from '../attack.ts';
import { actionsOn } from '../fake-hardware.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries:
    'opens, reads and writes serial devices by path, by names that climb, and by the name of one that it was not granted',
  escape: 'a call succeeds, or bytes reach a device other than its own',
  expect: /^200 own=2 taken=0$/,
  release: () => ({ capabilities: { serial: ['gps'] } }),
  guest: c(`
static void attack(void) {
  const char *names[] = { "modem", "/dev/ttyS0", "../modem", "gps/../modem", "/proc/self/fd/0", "/etc/passwd", "__proto__", "GPS" };
  char buffer[16];
  int taken = 0;
  for (int i = 0; i < 8; i++) {
    taken += wherry_serial_open(names[i], strlen(names[i]), 9600) >= 0;
    taken += wherry_serial_write(names[i], strlen(names[i]), "AT", 2) >= 0;
    int n = wherry_serial_read(names[i], strlen(names[i]), buffer, 16, 0);
    taken += n >= 0 || n == WHERRY_TIMEOUT;
  }
  printf("own=%d taken=%d", wherry_serial_write("gps", 3, "ok", 2), taken);
}`),
  escaped: ({ stage }, outcome) =>
    /taken=[1-9]/.test(outcome) || actionsOn(stage.agent.stderr(), 'modem') > 0 ? 'it used a device of others' : null,
};
