import type { Attack } from '../attack.ts';
import { usedBytes } from '../disk.ts';
import { c } from '../guests.ts';

const QUOTA_BYTES = 256 * 1024;

export const attack: Attack = {
  tries: 'writes in a folder so deep that whoever counts gives up before it',
  escape: 'its folder holds more than its quota',
  expect: /^200 files=\d+ errno=51$/,
  release: () => ({ capabilities: { dataBytes: QUOTA_BYTES } }),
  guest: c(`
static void attack(void) {
  static char block[16384]; int fd = DATA, next, files = 0, e = 0;
  for (int depth = 0; depth < 150; depth++) {
    __wasi_path_create_directory(fd, "d");
    if (__wasi_path_open(fd, 0, "d", __WASI_OFLAGS_DIRECTORY, ALL & ~__WASI_RIGHTS_FD_WRITE, ALL, 0, &next) != 0) break;
    if (fd != DATA) __wasi_fd_close(fd);
    fd = next;
  }
  while (files < 64 && e == 0) { char name[16]; snprintf(name, sizeof name, "f%d", files); e = put(fd, name, block, sizeof block); files += e == 0; }
  printf("files=%d errno=%d", files, e);
}`),
  escaped: ({ dataFolder }) => (usedBytes(dataFolder) > QUOTA_BYTES ? 'more bytes than the quota' : null),
};
