import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';
import { attackBeside, neighbourHarmed } from '../neighbour.ts';

export const attack: Attack = {
  tries:
    'shares a process, and uses every descriptor number for the sockets of its neighbour and of the process itself',
  escape: 'a call on a descriptor that was never given succeeds, or the neighbour is harmed',
  expect: /^200 usable=0, neighbour well, 2 processes$/,
  beside: true,
  guest: c(`
static void attack(void) {
  static uint8_t buffer[4096]; int usable = 0; __wasi_size_t n; __wasi_filestat_t st;
  memset(buffer, 'x', sizeof buffer);
  for (int fd = 3; fd < 300; fd++) {
    __wasi_iovec_t in = { buffer, sizeof buffer }; __wasi_ciovec_t out = { buffer, sizeof buffer };
    usable += __wasi_fd_read(fd, &in, 1, &n) == 0;
    usable += __wasi_fd_write(fd, &out, 1, &n) == 0;
    usable += __wasi_fd_filestat_get(fd, &st) == 0;
    usable += __wasi_fd_renumber(fd, 1) == 0;
    usable += __wasi_fd_close(fd) == 0;
  }
  printf("usable=%d", usable);
}`),
  act: attackBeside,
  escaped: (scene, outcome) =>
    /usable=[1-9]/.test(outcome) ? 'a descriptor that was never given can be used' : neighbourHarmed(scene, outcome),
};
