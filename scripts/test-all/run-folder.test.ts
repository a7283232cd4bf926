import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mountsIn, removeRunFolder } from './run-folder.ts';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'wherry-run-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const mounted = (...points: readonly string[]) =>
  points.map((point) => `36 35 98:0 / ${point} rw,noatime - tmpfs tmpfs rw`).join('\n');

it('is where tests put what is temporary, open to every user, and short enough for sockets', () => {
  expect(basename(tmpdir())).toMatch(/^wherry-\w{6}$/);
  expect(statSync(tmpdir()).mode & 0o7777).toBe(0o1777);
  expect(tmpdir().length - dirname(tmpdir()).length).toBeLessThan(16);
});

it('goes with all that is in it, and nothing that it points to', () => {
  const [folder, kept] = [join(scratch, 'run'), join(scratch, 'kept')];
  for (const path of [folder, kept, join(folder, 'deeper')]) mkdirSync(path);
  writeFileSync(join(kept, 'file'), '');
  symlinkSync(kept, join(folder, 'deeper', 'link'));
  expect(removeRunFolder(folder, mounted('/', '/proc', kept))).toBeNull();
  expect([existsSync(folder), readdirSync(kept)]).toEqual([false, ['file']]);
});

it('stays as it is when something is mounted in it', () => {
  const folder = join(scratch, 'run');
  mkdirSync(join(folder, 'mount'), { recursive: true });
  for (const point of [join(folder, 'mount'), folder]) {
    expect(removeRunFolder(folder, mounted('/', point))).toContain(point);
    expect(readdirSync(folder)).toEqual(['mount']);
  }
});

it.each([
  ['/tmp/w', ['/tmp/w']],
  ['/tmp/w/a', ['/tmp/w/a']],
  ['/tmp/w/a\\040b\\134', ['/tmp/w/a b\\']],
  ['/tmp/wherry', []],
  ['/tmp', []],
])('tells what is mounted in it: %s', (point, expected) => {
  expect(mountsIn('/tmp/w', mounted('/', point))).toEqual(expected);
});
