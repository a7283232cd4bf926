import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'fills its quota with files that it removes while they are open, so that they cost disk and have no name',
  escape: 'more bytes than the quota are written and still held',
  expect: /^200 blocks=(\d|1[0-6]) errno=51$/,
  release: () => ({ capabilities: { dataBytes: 1024 * 1024 } }),
  guest: c(`
static void attack(void) {
  static char block[65536]; int blocks = 0, e = 0, fd; __wasi_size_t n;
  while (blocks < 100 && e == 0) {
    e = text_open(DATA, "ghost", 0, __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_WRITE | __WASI_RIGHTS_FD_SEEK, &fd);
    if (e != 0) break;
    __wasi_ciovec_t v = { (uint8_t *)block, sizeof block };
    e = __wasi_fd_write(fd, &v, 1, &n);
    if (e == 0) { blocks++; __wasi_path_unlink_file(DATA, "ghost"); }
  }
  printf("blocks=%d errno=%d", blocks, e);
}`),
  escaped: (_scene, outcome) =>
    Number(/blocks=(\d+)/.exec(outcome)?.[1] ?? 0) > 16 ? 'files without a name hold more than the quota' : null,
};
