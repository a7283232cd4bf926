import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries:
    'finds links in its folder that somebody else left there, to a file, to folders and to itself, and uses each path_* call on them',
  escape: 'the secret comes out, or what a link points at changes',
  expect: /^200 leaked=0 made=0$/,
  release: () => ({ capabilities: { dataBytes: 65_536 } }),
  guest: c(`
static void attack(void) {
  const char *links[] = { "file", "folder/secret.txt", "relative/secret.txt", "chain/secret.txt", "loop" };
  int leaked = 0, made = 0; uint8_t out[64]; __wasi_size_t n; __wasi_filestat_t st;
  for (int i = 0; i < 5; i++) for (int lookup = 0; lookup < 2; lookup++) {
    leaked += leak(DATA, links[i], lookup) == 0;
    made += __wasi_path_filestat_set_times(DATA, 1, links[i], 0, 0, __WASI_FSTFLAGS_MTIM) == 0;
  }
  const char *targets[] = { "folder/new", "relative/new", "chain/new" };
  for (int i = 0; i < 3; i++) {
    made += put(DATA, targets[i], "x", 1) == 0;
    made += __wasi_path_create_directory(DATA, targets[i]) == 0;
    made += __wasi_path_symlink("x", DATA, targets[i]) == 0;
  }
  printf("leaked=%d made=%d", leaked, made);
}`),
  async act(scene) {
    const { folder } = scene.stage.world;
    mkdirSync(scene.dataFolder, { recursive: true });
    symlinkSync(join(folder, 'secret.txt'), join(scene.dataFolder, 'file'));
    symlinkSync(folder, join(scene.dataFolder, 'folder'));
    symlinkSync('../canary', join(scene.dataFolder, 'relative'));
    symlinkSync('relative', join(scene.dataFolder, 'chain'));
    symlinkSync('loop', join(scene.dataFolder, 'loop'));
    const state = await scene.deploy();
    return state === 'healthy' ? scene.call() : state;
  },
};
