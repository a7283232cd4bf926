import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Client, createClient } from '@wherry/protocol';
import { ROOT } from '../../fleet/paths.ts';
import { type Program, startProgram } from '../../fleet/program.ts';

/** The control plane that is measured: the real program on loopback, by default without a profiler. */
export interface MeasuredServer {
  readonly http: string;
  readonly mqtt: string;
  readonly token: string;
  readonly client: Client;
  readonly program: Program;
}

export async function startServerProcess(dir: string, profileDir: string | null): Promise<MeasuredServer> {
  const profile = profileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  const program = await startProgram({
    name: 'control plane',
    args: [
      ...profile,
      resolve(ROOT, 'control-plane/server/src/main.ts'),
      ...['--data', join(dir, 'server'), '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0', '--log-level', 'warn'],
    ],
    logFile: join(dir, 'control-plane.log'),
  });
  const { http, mqtt, adminTokenFile } = program.ready as { http: string; mqtt: string; adminTokenFile: string };
  const token = readFileSync(adminTokenFile, 'utf8').trim();
  return { http, mqtt, token, client: createClient({ origin: http, token }), program };
}
