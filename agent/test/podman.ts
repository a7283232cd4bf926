import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineAnswers, type PrivateEngine, unmountBelow } from './engine.ts';

/**
 * Podman's API service with storage, state and socket of its own, which touches nothing of the machine's Podman. Needs root. Podman has
 * no daemon: a service that is ended leaves its containers running.
 */
const PODMAN = '/usr/bin/podman';
const RUNC = '/usr/sbin/runc';
const READY_WITHIN_MS = 60_000;

/** As engineMissing: undefined when there can be one, an error under CI=true when there cannot. */
export function podmanMissing(): string | undefined {
  const absent = [PODMAN, RUNC].find((path) => !existsSync(path));
  const reason = absent
    ? `${absent} is not installed (Debian: podman, runc)`
    : process.getuid?.() === 0
      ? undefined
      : 'a private container engine needs root';
  if (reason && process.env.CI === 'true') throw new Error(`Podman needed under CI: ${reason}`);
  if (reason) process.stderr.write(`skipped, what needs Podman: ${reason}\n`);
  return reason;
}

export async function startPodman(): Promise<PrivateEngine> {
  // Podman takes no folder for its state whose path is longer than 50 characters.
  const dir = mkdtempSync(join(tmpdir(), 'podman-'));
  const socketPath = join(dir, 'podman.sock');
  const own = [
    ...['--root', join(dir, 'storage'), '--runroot', join(dir, 'run'), '--tmpdir', join(dir, 'tmp')],
    ...['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs', '--runtime', RUNC, '--events-backend', 'file'],
  ];
  // Docker takes plain HTTP from loopback; Podman where it is told to.
  const registries = join(dir, 'registries.conf');
  writeFileSync(registries, '[[registry]]\nlocation = "127.0.0.1"\ninsecure = true\n');
  const env = { ...process.env, CONTAINERS_REGISTRIES_CONF: registries };
  let service: ChildProcess;
  const launch = async () => {
    rmSync(socketPath, { force: true });
    const log = openSync(join(dir, 'log'), 'a');
    service = spawn(PODMAN, [...own, 'system', 'service', '--time', '0', `unix://${socketPath}`], {
      stdio: ['ignore', log, log],
      detached: true,
      // Its monitors leave a file named `oom` where they are.
      cwd: dir,
      env,
    });
    const deadlineMs = performance.now() + READY_WITHIN_MS;
    while (!(await engineAnswers(socketPath))) {
      if (service.exitCode !== null || performance.now() > deadlineMs) {
        service.kill('SIGKILL');
        throw new Error(`podman did not start: ${readFileSync(join(dir, 'log'), 'utf8').slice(-2000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    if (service.exitCode !== null || service.signalCode !== null) return;
    const ended = new Promise((resolve) => service.once('exit', resolve));
    service.kill(signal);
    await ended;
  };
  await launch();
  return {
    socketPath,
    dir,
    pid: () => service.pid as number,
    kill: (signal = 'SIGKILL') => end(signal),
    restart: launch,
    async stop() {
      await end('SIGKILL');
      spawnSync(PODMAN, [...own, 'rm', '--all', '--force', '--time', '0']);
      unmountBelow(dir);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
