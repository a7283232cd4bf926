import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'speaks to every address of a bus of which it was granted one, to another bus, and inside a transaction',
  escape: 'anything but its own device answers',
  expect: /^200 own=1 taken=0$/,
  release: () => ({ capabilities: { i2c: { sensors: [0x48] } } }),
  guest: c(`
static int ask(const char *bus, int address) {
  unsigned char reg = 0, value[2] = { 0 };
  struct wherry_i2c_operation both[] = { { 0, &reg, 1 }, { 1, value, 2 } };
  int got = wherry_i2c_transaction(bus, strlen(bus), address, both, 2);
  return got >= 0 || got == WHERRY_ABSENT || value[0] == 0xde;
}
static void attack(void) {
  int taken = 0;
  for (int address = -1; address < 0x80; address++) if (address != 0x48) taken += ask("sensors", address);
  taken += ask("sensors", 0x48 | 0x80) + ask("sensors", 0x48 + 0x10000) + ask("vault", 0x48) + ask("/dev/i2c-1", 0x48);
  printf("own=%d taken=%d", ask("sensors", 0x48), taken);
}`),
  escaped: (_scene, outcome) => (/taken=[1-9]/.test(outcome) ? 'another address or bus answered' : null),
};
