import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A private container engine for tests and the demo: a `dockerd` with folders, socket and containerd of its own, which
 * touches neither the machine's engine nor its firewall. Needs root. The bridge, if asked for, is made for this engine alone.
 */
export interface PrivateEngine {
  readonly socketPath: string;
  readonly dir: string;
  readonly pid: () => number;
  /** SIGKILL to the daemon, as a crash would, or SIGTERM, as its service manager would; `restart` brings it back over the same folders. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  restart(): Promise<void>;
  /** Ends everything and removes the folder. */
  stop(): Promise<void>;
}

const DOCKERD = ['/usr/sbin/dockerd', '/usr/bin/dockerd'].find((path) => existsSync(path));
const READY_WITHIN_MS = 40_000;
const STOP_WITHIN_MS = 15_000;

/** Why there can be no engine here; undefined when there can. Under CI=true that is an error. */
export function engineMissing(): string | undefined {
  const reason = !DOCKERD
    ? 'dockerd is not installed (Debian: docker.io)'
    : process.getuid?.() === 0
      ? undefined
      : 'a private container engine needs root';
  if (reason && process.env.CI === 'true') throw new Error(`container engine needed under CI: ${reason}`);
  if (reason) process.stderr.write(`skipped, what needs a container engine: ${reason}\n`);
  return reason;
}

export async function startEngine(options: { readonly bridge?: boolean } = {}): Promise<PrivateEngine> {
  if (!DOCKERD) throw new Error('dockerd is not installed');
  const dir = mkdtempSync(join(tmpdir(), 'wherry-engine-'));
  mkdirSync(join(dir, 'exec'));
  const bridge = options.bridge ? addBridge() : undefined;
  const socketPath = join(dir, 'docker.sock');
  let daemon: ChildProcess;
  const launch = async () => {
    const log = openSync(join(dir, 'log'), 'a');
    // Left behind by a crash: the daemon would wait for a containerd that died with it.
    for (const stale of ['pid', 'exec/containerd/containerd.pid', 'exec/containerd/containerd.sock'])
      rmSync(join(dir, stale), { force: true });
    daemon = spawn(DOCKERD, daemonArguments(dir, socketPath, bridge), { stdio: ['ignore', log, log], detached: true });
    await untilReady(socketPath, daemon, dir);
  };
  const end = async (signal: NodeJS.Signals) => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) return;
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill(signal);
    const timer = setTimeout(() => daemon.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  };
  await launch();
  return {
    socketPath,
    dir,
    pid: () => daemon.pid as number,
    kill: (signal = 'SIGKILL') => end(signal),
    restart: launch,
    async stop() {
      await end('SIGTERM');
      endContainerd(dir);
      unmountBelow(dir);
      rmSync(dir, { recursive: true, force: true });
      if (bridge) spawnSync('ip', ['link', 'delete', bridge.name]);
    },
  };
}

interface Bridge {
  readonly name: string;
  readonly address: string;
}

function daemonArguments(dir: string, socketPath: string, bridge: Bridge | undefined): string[] {
  return [
    ...['--data-root', join(dir, 'data'), '--exec-root', join(dir, 'exec'), '--pidfile', join(dir, 'pid')],
    ...['--host', `unix://${socketPath}`, '--iptables=false', '--ip6tables=false', '--ip-masq=false'],
    ...['--shutdown-timeout', '3'],
    ...(bridge ? ['--bridge', bridge.name] : ['--bridge', 'none']),
  ];
}

/** A bridge with a network that no other test has; the name is the claim on it. */
function addBridge(): Bridge {
  for (let tries = 0; tries < 50; tries += 1) {
    const number = Math.floor(Math.random() * 250) + 1;
    const name = `wherry${number}`;
    const address = `10.213.${number}.1/24`;
    if (spawnSync('ip', ['link', 'add', name, 'type', 'bridge']).status !== 0) continue;
    spawnSync('ip', ['address', 'add', address, 'dev', name]);
    spawnSync('ip', ['link', 'set', name, 'up']);
    return { name, address };
  }
  throw new Error('cannot add a network bridge for the engine: is iproute2 installed?');
}

async function untilReady(socketPath: string, daemon: ChildProcess, dir: string): Promise<void> {
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  while (!(await engineAnswers(socketPath))) {
    const hasEnded = daemon.exitCode !== null || daemon.signalCode !== null;
    if (hasEnded || performance.now() > deadlineMs) {
      daemon.kill('SIGKILL');
      throw new Error(`dockerd did not start: ${readFileSync(join(dir, 'log'), 'utf8').slice(-2000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** True when an engine answers on this socket within a second. */
export function engineAnswers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/_ping', timeout: 1_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

/** dockerd starts containerd as a child and leaves it behind when it is killed. */
function endContainerd(dir: string): void {
  try {
    process.kill(Number(readFileSync(join(dir, 'exec/containerd/containerd.pid'), 'utf8')), 'SIGKILL');
  } catch {
    // It has ended already, or never started.
  }
}

export function unmountBelow(dir: string): void {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  for (const line of mounts.reverse()) {
    const path = line.split(' ')[1];
    if (path?.startsWith(`${dir}/`)) spawnSync('umount', ['-l', path]);
  }
}
