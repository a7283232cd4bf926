import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TARGETS_ROOT } from '../src/target.ts';

/** The launcher with agents that only say which one they are, and its programs cut off by SIGKILL at each of their calls. */
let dir: string;
let data: string;
const home = () => join(data, 'agent');
const read = (name: string) =>
  existsSync(join(home(), name)) ? readFileSync(join(home(), name), 'utf8').trim() : null;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wherry-launcher-'));
  data = join(dir, 'data');
  mkdirSync(join(home(), 'versions'), { recursive: true });
  mkdirSync(join(dir, 'opt'));
  copyFileSync(join(TARGETS_ROOT, 'files/launcher'), join(dir, 'opt/launcher'));
  chmodSync(join(dir, 'opt/launcher'), 0o755);
  putAgent(join(dir, 'opt/agent-1.0.0'), 'installed');
  symlinkSync('agent-1.0.0', join(dir, 'opt/current'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function putAgent(folder: string, says: string): void {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin/wherry-agent'), `#!/bin/sh\necho "${says} $*"\n`, { mode: 0o755 });
}

function putVersion(name: string, says = name): void {
  putAgent(join(home(), 'versions', name), says);
}

function confirm(name: string): void {
  rmSync(join(home(), 'current'), { force: true });
  symlinkSync(`versions/${name}`, join(home(), 'current'));
}

const arm = (name: string, seconds = 600) => writeFileSync(join(home(), 'next'), `${name} ${seconds}\n`);

function launch(args: readonly string[] = ['run', '--data', data], env: Record<string, string> = {}) {
  return spawnSync(join(dir, 'opt/launcher'), args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 60_000,
  });
}

/** Which agent it became. */
const ran = ({ stdout }: SpawnSyncReturns<string>) => stdout.split(' ')[0]?.trim();

it('starts what was installed by hand, and the confirmed version in its place, with all that it was told', () => {
  expect(launch().stdout).toBe(`installed run --data ${data}\n`);
  putVersion('2.0.0-aa');
  confirm('2.0.0-aa');
  expect(launch().stdout).toBe(`2.0.0-aa run --data ${data}\n`);
  expect(ran(launch(['status', `--data=${data}`]))).toBe('2.0.0-aa');
  expect(ran(launch(['--version']))).toBe('installed');
});

it('starts a version on trial three times, and then the one before it', () => {
  putVersion('2.0.0-aa');
  putVersion('3.0.0-bb');
  confirm('2.0.0-aa');
  arm('3.0.0-bb');
  expect([launch(), launch(), launch()].map(ran)).toEqual(['3.0.0-bb', '3.0.0-bb', '3.0.0-bb']);
  expect(ran(launch(['status', '--data', data]))).toBe('2.0.0-aa');
  expect(read('tries')).toBe('3');
  expect([launch(), launch()].map(ran)).toEqual(['2.0.0-aa', '2.0.0-aa']);
  expect([read('next'), read('failed')]).toEqual([null, '3.0.0-bb 600']);
});

it('ends a start that stays unconfirmed for too long, and puts the version before it back', () => {
  putVersion('3.0.0-bb');
  writeFileSync(join(home(), 'versions/3.0.0-bb/bin/wherry-agent'), '#!/bin/sh\nexec sleep 120\n', { mode: 0o755 });
  arm('3.0.0-bb', 1);
  expect(launch().signal).toBe('SIGKILL');
  expect([read('next'), read('failed')]).toEqual([null, '3.0.0-bb 1']);
  expect(ran(launch())).toBe('installed');
});

it('lets a version that was confirmed go on, whatever the power cut left of its trial', () => {
  putVersion('2.0.0-aa');
  confirm('2.0.0-aa');
  arm('2.0.0-aa');
  writeFileSync(join(home(), 'tries'), '3\n');
  expect(ran(launch())).toBe('2.0.0-aa');
  expect([read('next'), read('failed')]).toEqual([null, null]);
});

it.each([
  ['noise', '\u0001\u0002'],
  ['nothing', ''],
  ['a path', '../../opt/agent-1.0.0 600'],
  ['a version that is not there', '9.9.9-ff 600'],
  ['a time that is none', '3.0.0-bb soon'],
])('does not start %s as a trial', (_what, content) => {
  putVersion('3.0.0-bb');
  writeFileSync(join(home(), 'next'), content);
  expect(ran(launch())).toBe('installed');
  expect(read('next')).toBeNull();
});

it('starts what was installed when the confirmed version is gone or cannot be started', () => {
  symlinkSync('versions/2.0.0-aa', join(home(), 'current'));
  expect(ran(launch())).toBe('installed');
  putVersion('2.0.0-aa');
  chmodSync(join(home(), 'versions/2.0.0-aa/bin/wherry-agent'), 0o644);
  expect(ran(launch())).toBe('installed');
});

it('counts tries that cannot be read as none, so that a bad one ends all the same', () => {
  putVersion('3.0.0-bb');
  arm('3.0.0-bb');
  writeFileSync(join(home(), 'tries'), 'many\n');
  expect([launch(), launch(), launch(), launch()].map(ran)).toEqual(['3.0.0-bb', '3.0.0-bb', '3.0.0-bb', 'installed']);
});

it('ends in a running agent wherever SIGKILL cuts it off, and never tries more often than it may', () => {
  // The programs that it calls, each of which ends the launcher in its turn.
  const shims = join(dir, 'shims');
  mkdirSync(shims);
  for (const name of ['mv', 'sync', 'rm', 'readlink', 'dirname'])
    writeFileSync(
      join(shims, name),
      `#!/bin/sh\nn=$(($(cat "$CALLS" 2>/dev/null || echo 0) + 1))\necho $n >"$CALLS"\n` +
        `[ "$n" = "$KILL" ] && kill -KILL $PPID && exit 1\nPATH=/usr/bin:/bin exec ${name} "$@"\n`,
      { mode: 0o755 },
    );
  const situations = [
    () => writeFileSync(join(home(), 'tries'), '2\n'),
    () => writeFileSync(join(home(), 'tries'), '3\n'),
    () => confirm('3.0.0-bb'),
  ];
  for (const [at, prepare] of situations.entries()) {
    let cutOff = 0;
    for (let n = 1; ; n += 1) {
      rmSync(home(), { recursive: true });
      putVersion('2.0.0-aa');
      putVersion('3.0.0-bb');
      confirm('2.0.0-aa');
      arm('3.0.0-bb');
      prepare();
      const calls = join(dir, 'calls');
      rmSync(calls, { force: true });
      const env = { PATH: `${shims}:${process.env.PATH}`, CALLS: calls, KILL: String(n) };
      if (ran(launch(undefined, env)) === '') cutOff += 1;
      const later = Array.from({ length: 5 }, () => ran(launch()));
      expect(new Set([...later, '2.0.0-aa', '3.0.0-bb']).size, `${at} ${n}: ${later}`).toBe(2);
      const isConfirmed = readlinkSync(join(home(), 'current')).endsWith('bb');
      expect(later.at(-1)).toBe(isConfirmed ? '3.0.0-bb' : '2.0.0-aa');
      if (!isConfirmed) expect(later.filter((version) => version === '3.0.0-bb').length).toBeLessThanOrEqual(3);
      if (Number(readFileSync(calls, 'utf8')) < n) break;
    }
    expect(cutOff).toBeGreaterThan(2);
  }
});
