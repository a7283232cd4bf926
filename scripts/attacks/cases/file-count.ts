import type { Attack } from '../attack.ts';
import { filesBelow } from '../disk.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'makes empty files, folders and links without end: no bytes, but an inode each',
  escape: 'there are more names than the quota pays for, at 512 bytes each',
  expect: /^200 names=12[0-9] errno=51$/,
  release: () => ({ capabilities: { dataBytes: 65_536 }, limits: { wallMs: 5_000 } }),
  guest: c(`
static void attack(void) {
  int names = 0, e = 0;
  while (names < 2000 && e == 0) {
    char name[16]; snprintf(name, sizeof name, "n%d", names);
    e = names % 3 == 0 ? put(DATA, name, "", 0) : names % 3 == 1 ? __wasi_path_create_directory(DATA, name) : __wasi_path_symlink("x", DATA, name);
    names += e == 0;
  }
  printf("names=%d errno=%d", names, e);
}`),
  escaped: ({ dataFolder }) => (filesBelow(dataFolder).length > 128 ? 'more files than the quota pays for' : null),
};
