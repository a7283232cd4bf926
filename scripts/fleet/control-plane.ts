import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Client, createClient } from '@wherry/protocol';
import { ROOT } from './paths.ts';
import { type Program, startProgram } from './program.ts';

/** A real control plane as its own process, over a folder that survives it. A restart keeps its ports. */
export interface ControlPlane {
  readonly http: string;
  readonly mqtt: string;
  readonly token: string;
  readonly client: Client;
  readonly program: () => Program;
  /** Starts it again on the same ports after it was stopped or killed. */
  restart(): Promise<void>;
}

export async function startControlPlane(options: {
  readonly dir: string;
  readonly httpPort?: number;
  /** Address to listen on; 127.0.0.1 unless told. */
  readonly host?: string;
  /** How often devices report usage; the server's own choice otherwise. */
  readonly usageEveryMs?: number;
}): Promise<ControlPlane> {
  const usage = options.usageEveryMs === undefined ? [] : ['--usage-every-ms', String(options.usageEveryMs)];
  // A network that a benchmark made for itself.
  const open = options.host === undefined ? [] : ['--insecure-plain'];
  const main = resolve(ROOT, 'control-plane/server/src/main.ts');
  const launch = (http: string, mqtt: string) =>
    startProgram({
      name: 'control plane',
      args: [main, '--data', options.dir, '--http', http, '--mqtt', mqtt, ...usage, ...open],
      logFile: join(options.dir, '../control-plane.log'),
    });
  const host = options.host ?? '127.0.0.1';
  let program = await launch(`${host}:${options.httpPort ?? 0}`, `${host}:0`);
  const { http, mqtt, adminTokenFile } = program.ready as { http: string; mqtt: string; adminTokenFile: string };
  const token = readFileSync(adminTokenFile, 'utf8').trim();
  return {
    http,
    mqtt,
    token,
    client: createClient({ origin: http, token }),
    program: () => program,
    async restart() {
      program = await launch(new URL(http).host, new URL(mqtt).host);
    },
  };
}
