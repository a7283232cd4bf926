import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real mosquitto with a password file on a free port of this machine, which can be killed and started again. */
export interface Mosquitto {
  readonly url: string;
  start(): Promise<void>;
  /** SIGKILL: nothing is said to anybody. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT: it is there and does not answer. */
  freeze(): void;
  thaw(): void;
  dispose(): Promise<void>;
}

const DEADLINE_MS = 60_000;

export async function createMosquitto(users: Readonly<Record<string, string>>): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-mosquitto-'));
  const passwords = join(folder, 'passwords');
  const config = join(folder, 'mosquitto.conf');
  const port = await freePort();
  writeFileSync(passwords, '', { mode: 0o600 });
  for (const [name, password] of Object.entries(users))
    execFileSync('mosquitto_passwd', ['-b', passwords, name, password], { stdio: 'ignore' });
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous false',
    `password_file ${passwords}`,
    'persistence false',
  ];
  // Started by root, mosquitto becomes a user that cannot read a private folder.
  if (process.getuid?.() === 0) lines.push('user root');
  writeFileSync(config, `${lines.join('\n')}\n`);
  let child: ChildProcess | null = null;

  const broker: Mosquitto = {
    url: `mqtt://127.0.0.1:${port}`,
    async start() {
      child = spawn('mosquitto', ['-c', config], { stdio: 'ignore' });
      const deadlineMs = performance.now() + DEADLINE_MS;
      while (!(await accepts(port))) {
        if (performance.now() > deadlineMs || child.exitCode !== null) throw new Error('mosquitto did not start');
      }
    },
    async kill() {
      const running = child;
      child = null;
      if (!running || running.exitCode !== null) return;
      const gone = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGKILL');
      await gone;
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async dispose() {
      await broker.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return broker;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => setTimeout(resolve, 20, false));
  });
}
