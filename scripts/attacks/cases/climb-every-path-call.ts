import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'gives every path_* call a path that climbs out: with .., from the root, and through a folder and back',
  escape: 'a call succeeds, a planted file changes, or a file appears outside',
  expect: /^200 tries=50 succeeded=0$/,
  release: () => ({ capabilities: { dataBytes: 65_536 } }),
  guest: c(`
static void attack(void) {
  const char *bases[] = { "..", "/", "d/../..", "./../.", "d/./../../../" };
  int tries = 0, succeeded = 0, fd;
  __wasi_filestat_t st; __wasi_size_t n; uint8_t buffer[256];
  __wasi_path_create_directory(DATA, "d");
  put(DATA, "own", "x", 1);
  for (int i = 0; i < 5; i++) {
    char p[64], q[64];
    snprintf(p, sizeof p, "%s/secret.txt", bases[i]);
    snprintf(q, sizeof q, "%s/planted", bases[i]);
    succeeded += leak(DATA, p, 0) == 0; tries++;
    succeeded += text_open(DATA, q, 0, __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_WRITE, &fd) == 0; tries++;
    succeeded += __wasi_path_filestat_get(DATA, 1, p, &st) == 0; tries++;
    succeeded += __wasi_path_filestat_set_times(DATA, 0, p, 0, 0, __WASI_FSTFLAGS_MTIM) == 0; tries++;
    succeeded += __wasi_path_unlink_file(DATA, p) == 0; tries++;
    succeeded += __wasi_path_create_directory(DATA, q) == 0; tries++;
    succeeded += __wasi_path_link(DATA, 0, p, DATA, "stolen") == 0; tries++;
    succeeded += __wasi_path_rename(DATA, p, DATA, "stolen") == 0; tries++;
    succeeded += __wasi_path_rename(DATA, "own", DATA, q) == 0; tries++;
    succeeded += __wasi_path_symlink("own", DATA, q) == 0; tries++;
  }
  printf("tries=%d succeeded=%d", tries, succeeded);
}`),
  escaped: (_scene, outcome) => (/succeeded=[1-9]/.test(outcome) ? 'a call on a path outside succeeded' : null),
};
