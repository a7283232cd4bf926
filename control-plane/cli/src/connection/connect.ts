import { type Client, createClient } from '@wherry/protocol';
import type { Command } from 'commander';
import { CliFailure, EXIT, misused, refused } from '../failure.ts';
import { globalOptions, type Shell } from '../shell.ts';
import { believe, readAuthority } from './authority.ts';
import { readSettings } from './settings.ts';

export interface Connection {
  readonly origin: string;
  readonly token: string;
  readonly client: Client;
  readonly fetch: typeof globalThis.fetch;
}

/** The control plane to talk to: flags win over the environment, which wins over what `wherry login` stored. */
export async function connect(shell: Shell, command: Command): Promise<Connection> {
  const options = globalOptions(command);
  const stored = await readSettings(shell.env);
  const server = options.server ?? shell.env.WHERRY_SERVER ?? stored.server;
  const token = options.token ?? shell.env.WHERRY_TOKEN ?? stored.token;
  if (!server) throw refused('unauthenticated', 'no control plane is set: run "wherry login --server URL --user NAME"');
  if (!token) throw refused('unauthenticated', 'no token is set: run "wherry login --server URL --user NAME"');
  if (shell.env.WHERRY_CA) believe(await readAuthority(shell.env.WHERRY_CA));
  else if (stored.ca && server === stored.server) believe(stored.ca);
  return openConnection(server, token);
}

export function openConnection(server: string, token: string): Connection {
  const origin = originOf(server);
  const send: typeof fetch = (input, init) => reach(origin, input, init);
  const client = createClient({ origin, token, fetch: send });
  return {
    origin,
    token,
    fetch: send,
    client: { call: (operation, input) => client.call(operation, input).catch((error) => misread(origin, error)) },
  };
}

function originOf(server: string): string {
  const url = URL.parse(server.includes('://') ? server : `http://${server}`);
  if (!url || !/^https?:$/.test(url.protocol))
    throw misused(`${server} is not a URL: write it like http://127.0.0.1:8080`);
  return url.origin;
}

async function reach(origin: string, ...request: Parameters<typeof fetch>): Promise<Response> {
  try {
    return await fetch(...request);
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    const cause = error instanceof Error ? (error.cause as { code?: string; message?: string } | undefined) : undefined;
    throw new CliFailure(EXIT.unreachable, [
      {
        code: 'unavailable',
        message: `${origin} does not answer (${cause?.code ?? cause?.message ?? String(error)}): is the control plane running, and is --server right?`,
      },
    ]);
  }
}

/** An answer that is no JSON, or JSON of another form: another program, or another version of ours. */
function misread(origin: string, error: unknown): never {
  if (!(error instanceof Error) || !['SyntaxError', 'ZodError'].includes(error.name)) throw error;
  const message = `${origin} answered something else than a Wherry control plane of this version: is --server right?`;
  throw new CliFailure(EXIT.unreachable, [{ code: 'unavailable', message }]);
}
