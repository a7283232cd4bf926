import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Client, createClient } from '@wherry/protocol';
import { ROOT } from './paths.ts';
import { type Program, startProgram } from './program.ts';

/** A real control plane as its own process, over a folder that survives it. A restart keeps its ports. */
export interface ControlPlane {
  readonly http: string;
  /** Where devices claim with TLS; if it was asked for. */
  readonly https: string | undefined;
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
  /** Address to listen on with TLS too, as devices find it; nowhere unless told. */
  readonly secureHost?: string;
  /** How often devices report usage; the server's own choice otherwise. */
  readonly usageEveryMs?: number;
}): Promise<ControlPlane> {
  const usage = options.usageEveryMs === undefined ? [] : ['--usage-every-ms', String(options.usageEveryMs)];
  const main = resolve(ROOT, 'control-plane/server/src/main.ts');
  const launch = (listens: Readonly<Record<string, string>>) =>
    startProgram({
      name: 'control plane',
      args: [
        main,
        '--data',
        options.dir,
        ...Object.entries(listens).flatMap(([kind, at]) => [`--${kind}`, at]),
        ...usage,
      ],
      logFile: join(options.dir, '../control-plane.log'),
    });
  const { secureHost } = options;
  const asked = {
    http: `127.0.0.1:${options.httpPort ?? 0}`,
    mqtt: '127.0.0.1:0',
    ...(secureHost === undefined ? {} : { https: `${secureHost}:0`, mqtts: `${secureHost}:0` }),
  };
  let program = await launch(asked);
  const ready = program.ready as { http: string; https?: string; mqtt: string; adminTokenFile: string };
  const { http, https, mqtt, adminTokenFile } = ready;
  const given = Object.keys(asked).map((kind) => [kind, new URL(String(program.ready[kind])).host]);
  const token = readFileSync(adminTokenFile, 'utf8').trim();
  return {
    http,
    https,
    mqtt,
    token,
    client: createClient({ origin: http, token }),
    program: () => program,
    async restart() {
      program = await launch(Object.fromEntries(given));
    },
  };
}
