import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { eventually } from '../../../scripts/fleet/eventually.ts';
import { hasFile, missing, run } from '../pack.ts';

/**
 * A machine whose first process is systemd: a folder as its disk, with the programs of this machine and nothing else of it, in namespaces
 * and a cgroup of its own, on this machine's network. Of the units that come with systemd it has a few targets. Needs root.
 */
export interface SystemdMachine {
  readonly root: string;
  /** The words with which a command of this machine runs on that one. */
  command(args: readonly string[]): readonly string[];
  /** Runs it to its end; throws with what it said when it fails. */
  run(...args: readonly string[]): string;
  /** A property of a unit (systemctl(1), show). */
  property(unit: string, name: string): string;
  /** As a power cut does. */
  cutPower(): Promise<void>;
  boot(): Promise<void>;
}

const ENTER = join(import.meta.dirname, 'enter.sh');
const SYSTEMD = '/usr/lib/systemd/systemd';
const UNITS = '/usr/lib/systemd/system';
const TARGETS = ['basic', 'sysinit', 'multi-user', 'network', 'shutdown'];
const FOLDERS = [
  ...['dev', 'etc/systemd/system', 'home', 'local/bin', 'mnt', 'opt', 'proc', 'root', 'run', 'sys', 'tmp', 'usr'],
  ...['var/lib', 'var/log', 'var/tmp'],
];
const FILES = {
  passwd: 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n',
  group: 'root:x:0:\nnogroup:x:65534:\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  hosts: '127.0.0.1 localhost\n',
  'machine-id': `${'0123456789abcdef'.repeat(2)}\n`,
  'os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (systemd)"\n',
};
const READY_WITHIN_MS = 60_000;

const NEEDS: readonly (readonly [string, boolean])[] = [
  ['root', process.getuid?.() === 0],
  ['systemd', hasFile(SYSTEMD)],
  ['unshare and nsenter (util-linux)', hasFile('/usr/bin/unshare') && hasFile('/usr/bin/nsenter')],
];

/** Also where the kernel has no way to such a machine, which is said, and is nobody's mistake. */
export function systemdMissing(what: string): boolean {
  if (missing(what, NEEDS)) return true;
  const dir = mkdtempSync(join(tmpdir(), 'wherry-systemd-'));
  const name = layOut(join(dir, 'probe'));
  const { status, stderr } = spawnSync('sh', [ENTER, join(dir, 'probe'), name, 'true'], { encoding: 'utf8' });
  forgetCgroup(join(dir, 'probe'), name);
  rmSync(dir, { recursive: true, force: true });
  if (status === 0) return false;
  process.stderr.write(`skipped, ${what}: a machine cannot be made here: ${stderr.trim()}\n`);
  return true;
}

export async function startSystemd(dir: string): Promise<SystemdMachine> {
  const root = join(dir, 'machine');
  const name = layOut(root);
  let life: ChildProcess | undefined;
  let first = '';

  const command = (args: readonly string[]) => {
    const spaces = ['--mount', '--pid', '--ipc', '--uts', '--cgroup', '--root', '--wd'];
    if (first === '') throw new Error('the machine does not run');
    return ['nsenter', '--target', first, ...spaces, '/usr/bin/env', '-i', `PATH=${PATH}`, ...args];
  };
  const machine: SystemdMachine = {
    root,
    command,
    run: (...args) => {
      const [program = '', ...rest] = command(args);
      return run(program, rest);
    },
    property: (unit, property) => machine.run('systemctl', 'show', unit, '--value', '--property', property).trim(),
    async boot() {
      const options = ['--system', '--unit=multi-user.target', '--log-target=null', '--show-status=no'];
      const started = spawn('sh', [ENTER, root, name, SYSTEMD, ...options], { stdio: 'ignore' });
      life = started;
      await eventually('systemd has started', READY_WITHIN_MS, async () => {
        first = childrenOf(started.pid ?? 0).find(isSystemd) ?? '';
        return machine.property('multi-user.target', 'ActiveState') === 'active' || undefined;
      });
    },
    async cutPower() {
      if (life === undefined || life.exitCode !== null || life.signalCode !== null) return;
      const ended = new Promise((resolve) => life?.once('exit', resolve));
      // The processes of a machine end with its first one.
      process.kill(Number(first || life.pid), 'SIGKILL');
      await ended;
      first = '';
      forgetCgroup(root, name);
    },
  };
  await machine.boot();
  return machine;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin';

/** Answers the name of its cgroup; the folder around it is drawn by chance. */
function layOut(root: string): string {
  for (const folder of FOLDERS) mkdirSync(join(root, folder), { recursive: true });
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${folder}`, join(root, folder));
  for (const [file, text] of Object.entries(FILES)) writeFileSync(join(root, 'etc', file), text);
  for (const target of TARGETS)
    copyFileSync(join(UNITS, `${target}.target`), join(root, 'etc/systemd/system', `${target}.target`));
  return `${basename(dirname(root))}-${basename(root)}`;
}

function forgetCgroup(root: string, name: string): void {
  spawnSync('unshare', ['--mount', 'sh', ENTER, '--forget', root, name]);
}

/** Not a step on the way to it, which would still see the disk of this machine. */
function isSystemd(pid: string): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return /^Name:\tsystemd$/m.test(status) && /^NSpid:\t\d+\t1$/m.test(status);
}

function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
}
