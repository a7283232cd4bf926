import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries:
    'uses descriptor numbers that the host has and it has not: the channel to the agent, its own module, anything up to 300',
  escape: 'a call on a descriptor that was never given succeeds, or bytes come out',
  expect: /^200 usable=0$/,
  guest: c(`
static void attack(void) {
  static uint8_t buffer[65536]; int usable = 0; __wasi_size_t n; __wasi_prestat_t p; __wasi_filestat_t st; __wasi_filesize_t at;
  for (int fd = 3; fd < 300; fd++) {
    __wasi_iovec_t in = { buffer, sizeof buffer }; __wasi_ciovec_t out = { buffer, 8 };
    usable += __wasi_fd_pread(fd, &in, 1, 0, &n) == 0;
    usable += __wasi_fd_write(fd, &out, 1, &n) == 0;
    usable += __wasi_fd_prestat_get(fd, &p) == 0;
    usable += __wasi_fd_filestat_get(fd, &st) == 0;
    usable += __wasi_fd_seek(fd, 0, __WASI_WHENCE_CUR, &at) == 0;
    usable += __wasi_fd_renumber(fd, 0) == 0;
    usable += leak(fd, "secret.txt", 1) == 0;
    usable += __wasi_fd_close(fd) == 0;
  }
  usable += __wasi_fd_close(-1) == 0;
  printf("usable=%d", usable);
}`),
  escaped: (_scene, outcome) => (/usable=[1-9]/.test(outcome) ? 'a descriptor that was never given can be used' : null),
};
