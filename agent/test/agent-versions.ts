import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * An installation of the agent with the launcher of firmware-targets and versions that are the real agent from its sources, each with
 * a twist, and a service manager that starts it again whenever it ends.
 */
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../../firmware-targets/files/launcher', import.meta.url));

export type Twist = 'sound' | 'crashes' | 'deaf' | 'hangs' | 'migrates' | 'untestable' | 'other version';

const AGENT = `exec "${process.execPath}" "${MAIN}" "$@"`;
/** What a version does instead of `run`. */
const RUNS: Readonly<Record<Twist, string>> = {
  sound: AGENT,
  crashes: 'exit 3',
  deaf: `exec "${process.execPath}" --import "$(dirname "$0")/deaf.mjs" "${MAIN}" "$@"`,
  hangs: 'exec sleep 120',
  migrates: `"${process.execPath}" "$(dirname "$0")/migrate.mjs" "$3"; exit 3`,
  untestable: AGENT,
  'other version': AGENT,
};

const DEAF = `import net from 'node:net';
net.Socket.prototype.connect = function () { setImmediate(() => this.destroy(new Error('deaf'))); return this; };
`;
/** As a later agent might leave the database, which then takes a report of its own. */
const MIGRATE = `import { DatabaseSync } from 'node:sqlite';
const db = new DatabaseSync(process.argv[2] + '/state.db');
if (db.prepare('PRAGMA user_version').get().user_version < 99) db.exec(\`
  ALTER TABLE outbox ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE later (id INTEGER PRIMARY KEY);
  CREATE INDEX outbox_urgency ON outbox (urgency);
  INSERT INTO kv VALUES ('written', 'by', 'the newer agent');
  PRAGMA user_version = 99;\`);
`;

/** The folder of a version, as firmware-targets packs one. */
function layOut(folder: string, version: string, twist: Twist): void {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const says = twist === 'other version' ? '0.0.1' : version;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'wherry-agent', version: says }));
  writeFileSync(join(folder, 'bin/deaf.mjs'), DEAF);
  writeFileSync(join(folder, 'bin/migrate.mjs'), MIGRATE);
  const check = twist === 'untestable' ? 'check) exit 4 ;; ' : '';
  const script = `#!/bin/sh\ncase $1 in run) ${RUNS[twist]} ;; ${check}*) ${AGENT} ;; esac\n`;
  writeFileSync(join(folder, 'bin/wherry-agent'), script, { mode: 0o755 });
}

/** The bytes of an archive. */
export function packVersion(scratch: string, version: string, twist: Twist): Buffer {
  const name = `wherry-agent-${version}-${twist.replace(' ', '-')}`;
  layOut(join(scratch, name), version, twist);
  return packFolder(scratch, name);
}

function packFolder(scratch: string, name: string): Buffer {
  const order = ['--sort=name', '--format=ustar', '--mtime=@0', '--owner=0', '--group=0'];
  const archive = join(scratch, `${name}.tar.gz`);
  execFileSync('tar', ['-czf', archive, ...order, '-C', scratch, name]);
  const bytes = readFileSync(archive);
  rmSync(join(scratch, name), { recursive: true });
  return bytes;
}

/** An agent that only says which one it is, and what the launcher told it. */
const NAMED = '#!/bin/sh\necho "$(cat "$(dirname "$0")/name")"\necho "$WHERRY_LAUNCHER"\necho "$WHERRY_VERSION_DIR"\n';

function layOutAgent(folder: string, name: string): void {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin/name'), name);
  writeFileSync(join(folder, 'bin/wherry-agent'), NAMED, { mode: 0o755 });
}

/** An installation of such an agent. */
export function layOutNamed(root: string, name: string): void {
  layOutAgent(join(root, 'agent-1.0.0'), name);
  copyFileSync(LAUNCHER, join(root, 'launcher'));
  symlinkSync('agent-1.0.0', join(root, 'current'));
}

/** With a link in it, when that is asked for. */
export function packNamed(scratch: string, name: string, hasLink = false): Buffer {
  layOutAgent(join(scratch, `pack-${name}`), name);
  if (hasLink) symlinkSync('/etc', join(scratch, `pack-${name}`, 'link'));
  return packFolder(scratch, `pack-${name}`);
}

export interface Service {
  starts(): number;
  stderr(): string;
  pid(): number;
  stop(): Promise<void>;
}

/** Installs version 1.0.0 below `root`. Answers the launcher. */
export function installAgent(root: string): string {
  mkdirSync(root, { recursive: true });
  copyFileSync(LAUNCHER, join(root, 'launcher'));
  layOut(join(root, 'agent-1.0.0'), '1.0.0', 'sound');
  symlinkSync('agent-1.0.0', join(root, 'current'));
  return join(root, 'launcher');
}

/** Installs it, and runs it on the data folder. `env` is for the first start only. */
export function installService(root: string, dataFolder: string, env: Readonly<Record<string, string>> = {}): Service {
  const launcher = installAgent(root);
  let child: ChildProcess;
  let starts = 0;
  let stderr = '';
  let isStopping = false;
  let ended: Promise<void>;
  const start = () => {
    starts += 1;
    child = spawn('sh', [launcher, 'run', '--data', dataFolder], {
      env: { ...process.env, ...(starts === 1 ? env : {}) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr?.on('data', (text) => {
      stderr = (stderr + text).slice(-64_000);
    });
    ended = new Promise((resolve) =>
      child.once('exit', () => {
        if (!isStopping) start();
        resolve();
      }),
    );
  };
  start();
  return {
    starts: () => starts,
    stderr: () => stderr,
    pid: () => child.pid ?? 0,
    async stop() {
      isStopping = true;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await ended;
      clearTimeout(late);
    },
  };
}
