import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

/** Exchanges a folder for a link to a forbidden one, over and over, as fast as a process of its own can. */
const FLIP = `
const { renameSync } = require('node:fs');
const [dir, link, aside] = process.argv.slice(1);
const endMs = Date.now() + 20000;
while (Date.now() < endMs) { renameSync(dir, aside); renameSync(link, dir); renameSync(dir, link); renameSync(aside, dir); }`;

export const attack: Attack = {
  tries: 'opens a file in a folder that is exchanged for a link at the same time',
  escape: 'the secret behind the link is read once in some ten thousand openings',
  expect: /^200 leaked=0 opened=[1-9]\d*$/,
  release: () => ({ capabilities: { dataBytes: 65_536 }, limits: { wallMs: 10_000 } }),
  guest: c(`
static void attack(void) {
  int leaked = 0, opened = 0; char buffer[256]; __wasi_size_t n; int fd;
  double end = wherry_now_ms() + 3000;
  while (wherry_now_ms() < end && leaked == 0) for (int i = 0; i < 100; i++) {
    if (text_open(DATA, "flip/secret.txt", i & 1, 0, __WASI_RIGHTS_FD_READ, &fd) != 0) continue;
    __wasi_iovec_t v = { (uint8_t *)buffer, sizeof buffer };
    opened++;
    if (__wasi_fd_read(fd, &v, 1, &n) == 0 && memcmp(buffer, "harmless", 8) != 0) { leaked++; printf("[%.*s]", (int)n, buffer); }
    __wasi_fd_close(fd);
  }
  printf("leaked=%d opened=%d", leaked, opened);
}`),
  async act(scene) {
    const at = (name: string) => join(scene.dataFolder, name);
    mkdirSync(at('flip'), { recursive: true });
    writeFileSync(at('flip/secret.txt'), 'harmless');
    symlinkSync('../canary', at('link'));
    const state = await scene.deploy();
    const flipping = spawn(process.execPath, ['-e', FLIP, at('flip'), at('link'), at('aside')], { stdio: 'ignore' });
    try {
      return state === 'healthy' ? await scene.call() : state;
    } finally {
      await end(flipping);
    }
  },
};

async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await gone;
}
