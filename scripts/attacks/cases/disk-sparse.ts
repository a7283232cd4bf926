import type { Attack } from '../attack.ts';
import { usedBytes } from '../disk.ts';
import { c } from '../guests.ts';

const QUOTA_BYTES = 256 * 1024;

export const attack: Attack = {
  tries: 'makes huge files without writing them: by size, by allocation, and by one byte at a far place',
  escape: 'its folder holds more than its quota',
  expect: /^200 size=51 allocate=51 pwrite=51 wrap=[1-9]\d*$/,
  release: () => ({ capabilities: { dataBytes: QUOTA_BYTES } }),
  guest: c(`
static void attack(void) {
  int fd; __wasi_size_t n; __wasi_ciovec_t v = { (const uint8_t *)"x", 1 };
  text_open(DATA, "f", 0, __WASI_OFLAGS_CREAT, ALL, &fd);
  int size = __wasi_fd_filestat_set_size(fd, 1ull << 40);
  int allocate = __wasi_fd_allocate(fd, 1 << 30, 1 << 30);
  int far = __wasi_fd_pwrite(fd, &v, 1, 1ull << 33, &n);
  int wrap = __wasi_fd_pwrite(fd, &v, 1, ~0ull, &n);
  printf("size=%d allocate=%d pwrite=%d wrap=%d", size, allocate, far, wrap);
}`),
  escaped: ({ dataFolder }) => (usedBytes(dataFolder) > QUOTA_BYTES ? 'more bytes than the quota' : null),
};
