import type { Attack } from '../attack.ts';
import { usedBytes } from '../disk.ts';
import { c } from '../guests.ts';

const QUOTA_BYTES = 1024 * 1024;

export const attack: Attack = {
  tries: 'writes file after file until nothing more is taken',
  escape: 'its folder holds more than its quota',
  expect: /^200 files=\d+ errno=51$/,
  release: () => ({ capabilities: { dataBytes: QUOTA_BYTES } }),
  guest: c(`
static void attack(void) {
  static char block[65536]; int files = 0, e = 0;
  while (files < 64 && e == 0) { char name[16]; snprintf(name, sizeof name, "f%d", files); e = put(DATA, name, block, sizeof block); files += e == 0; }
  printf("files=%d errno=%d", files, e);
}`),
  escaped: ({ dataFolder }) => (usedBytes(dataFolder) > QUOTA_BYTES ? 'more bytes than the quota' : null),
};
