import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CACHE, hasFile, run } from './pack.ts';
import type { Machine } from './packed-device.ts';

/**
 * An arm64 machine under emulation: a folder with Debian's arm64 libraries, shell and core programs as its root, entered with chroot in a
 * mount namespace of its own, and the kernel told to hand arm64 programs to qemu, so that child processes work too.
 */
const QEMU = '/usr/bin/qemu-aarch64-static';
const BINFMT = '/proc/sys/fs/binfmt_misc';
const ENTRY = 'wherry-test-aarch64';
/** ELF, 64 bit, little endian, executable or shared object, machine 183 (EM_AARCH64); the OS byte is not looked at. */
const MAGIC = '\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00';
const MASK = '\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff';

/** Node needs the first four; the wrapper and the runner's start need a shell and core programs. */
const PACKAGES = [
  ...['libc6', 'libgcc-s1', 'libstdc++6', 'dash', 'coreutils'],
  ...['libacl1', 'libattr1', 'libgmp10', 'libselinux1', 'libpcre2-8-0'],
];

export const ARM64_NEEDS: readonly (readonly [string, boolean])[] = [
  ['root', process.getuid?.() === 0],
  ['qemu-user-static', hasFile(QEMU)],
  ['apt-get and dpkg-deb', hasFile('/usr/bin/apt-get') && hasFile('/usr/bin/dpkg-deb')],
  ['unshare and chroot', hasFile('/usr/bin/unshare') && hasFile('/usr/sbin/chroot')],
];

/** Fills `root` with what a small arm64 Debian has. The packages are fetched once, without touching the machine's own apt. */
export function makeArm64Root(root: string): void {
  mkdirSync(root, { recursive: true });
  for (const deb of fetchPackages()) run('dpkg-deb', ['-x', deb, root]);
  for (const folder of ['proc', 'dev', 'tmp', 'etc', 'var/lib']) mkdirSync(join(root, folder), { recursive: true });
  if (!existsSync(join(root, 'bin/sh'))) symlinkSync('dash', join(root, 'bin/sh'));
  writeFileSync(join(root, 'etc/os-release'), 'PRETTY_NAME="Debian GNU/Linux 12 (emulated)"\n');
  writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost\n');
}

function fetchPackages(): string[] {
  const folder = join(CACHE, 'arm64-packages');
  if (!existsSync(folder)) {
    mkdirSync(CACHE, { recursive: true });
    const state = mkdtempSync(join(CACHE, 'apt-'));
    for (const part of ['lists/partial', 'archives/partial', 'debs']) mkdirSync(join(state, part), { recursive: true });
    const options = [
      ...['-q', '-o', `Dir::State::lists=${state}/lists`, '-o', `Dir::Cache=${state}`],
      ...['-o', 'Dir::State::status=/dev/null', '-o', 'APT::Sandbox::User=root'],
      ...['-o', 'APT::Architecture=arm64', '-o', 'APT::Architectures=arm64'],
    ];
    run('apt-get', [...options, 'update']);
    run('apt-get', [...options, 'download', ...PACKAGES], join(state, 'debs'));
    renameSync(join(state, 'debs'), folder);
    run('rm', ['-rf', state]);
  }
  return readdirSync(folder).map((name) => join(folder, name));
}

/** Tells the kernel about arm64 programs, unless it knows; returns the way to take that back. */
export function registerQemu(): () => void {
  if (!existsSync(join(BINFMT, 'register'))) run('mount', ['-t', 'binfmt_misc', 'binfmt_misc', BINFMT]);
  const entries = readdirSync(BINFMT).filter((name) => name !== 'register' && name !== 'status');
  const known = entries.some((name) => readFileSync(join(BINFMT, name), 'utf8').includes('aarch64'));
  if (known) return () => undefined;
  // O, C: open the program for qemu with its own rights · F: open qemu now, so that it is found inside the chroot.
  writeFileSync(join(BINFMT, 'register'), `:${ENTRY}:M::${MAGIC}:${MASK}:${QEMU}:OCF`);
  return () => writeFileSync(join(BINFMT, ENTRY), '-1');
}

/** Mounts exist for the life of the command only: the namespace goes with its last process. */
export function arm64Machine(root: string): Machine {
  const script = [
    `mount -t proc proc '${root}/proc'`,
    `mount --rbind /dev '${root}/dev'`,
    `exec chroot '${root}' /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin "$@"`,
  ].join(' && ');
  return {
    command: (args) => ['unshare', '--mount', 'sh', '-c', script, 'sh', '/usr/local/bin/wherry-agent', ...args],
  };
}
