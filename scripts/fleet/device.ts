import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { capture } from './command-line.ts';
import { ROOT } from './paths.ts';
import { type Program, startProgram } from './program.ts';

/** A real agent as its own process over its own folder. */
export interface DeviceProcess {
  readonly name: string;
  readonly dir: string;
  readonly program: () => Program;
  restart(): Promise<void>;
}

export interface DeviceOptions {
  readonly name: string;
  readonly dir: string;
  readonly server: string;
  readonly token: string;
  readonly trustFile: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Launcher of a packed agent; the sources without. */
  readonly launcher?: string;
  /** What goes into the agent's agent.json. */
  readonly config: object;
}

const SOURCES = resolve(ROOT, 'agent/src/main.ts');

export async function startDevice(options: DeviceOptions): Promise<DeviceProcess> {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(options.dir, 'agent.json'), JSON.stringify(options.config, null, 2));
  const labels = Object.entries(options.labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
  const claim = await capture([
    'agent/src/main.ts',
    'claim',
    ...['--server', options.server, '--token', options.token, '--trust', options.trustFile],
    ...['--data', options.dir, '--name', options.name, ...labels],
  ]);
  if (claim.code !== 0) throw new Error(`claim of ${options.name} ended with ${claim.code}: ${claim.stderr.trim()}`);
  const launch = () =>
    startProgram({
      name: options.name,
      ...(options.launcher === undefined ? {} : { command: options.launcher }),
      args: [...(options.launcher === undefined ? [SOURCES] : []), 'run', '--data', options.dir],
      logFile: `${options.dir}.log`,
    });
  let program = await launch();
  return {
    name: options.name,
    dir: options.dir,
    program: () => program,
    async restart() {
      program = await launch();
    },
  };
}
