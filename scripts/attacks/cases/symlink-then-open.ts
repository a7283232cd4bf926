import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'makes links to the folder above in its own folder and opens files through them',
  escape: 'the secret of another app, or of the agent, is in the answer',
  expect: /^200 links=0,0,0 opened=0$/,
  release: () => ({ capabilities: { dataBytes: 65_536 } }),
  guest: c(`
static void attack(void) {
  const char *targets[] = { "..", "../canary", "../.." };
  const char *paths[] = { "l0/secret.txt", "l1/secret.txt", "l2/secret.txt", "l0/canary/secret.txt" };
  int made[3], opened = 0;
  for (int i = 0; i < 3; i++) { char name[3] = { 'l', '0' + i, 0 }; made[i] = __wasi_path_symlink(targets[i], DATA, name); }
  for (int i = 0; i < 4; i++) for (int lookup = 0; lookup < 2; lookup++) opened += leak(DATA, paths[i], lookup) == 0;
  printf("links=%d,%d,%d opened=%d", made[0], made[1], made[2], opened);
}`),
};
