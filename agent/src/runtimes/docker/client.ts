import { Agent } from 'node:http';
import { type ErrorCode, type Outcome, refuse } from '@wherry/protocol';
import Docker from 'dockerode';
import { engineAbsent, isEngineAbsent } from './absent.ts';

/**
 * The engine behind one socket. Connections are not kept, so that an engine that was restarted is met afresh, and a call
 * never outlasts its bound: `quick` gives up after a silence of `callMs`, `slow` is for streams and for waiting.
 */
export interface EngineClient {
  readonly socketPath: string;
  readonly quick: Docker;
  readonly slow: Docker;
  readonly patience: EnginePatience;
}

export interface EnginePatience {
  /** Longest silence of one ordinary call. */
  readonly callMs: number;
  /** How long an engine may be gone before its containers count as lost. */
  readonly awayMs: number;
}

export function connectEngine(socketPath: string, patience: EnginePatience): EngineClient {
  // The client hands `agent` to node:http; its types leave that out.
  const options = { socketPath, agent: new Agent({ keepAlive: false }) };
  const quick = { ...options, timeout: patience.callMs };
  return { socketPath, quick: new Docker(quick), slow: new Docker(options), patience };
}

const GONE = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'EACCES',
  'ECONNRESET',
  'EPIPE',
  'ENOTSOCK',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** True when the engine itself did not answer, rather than answered with an error. */
export function isEngineGone(error: unknown): boolean {
  return GONE.has(codeOf(error));
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | null)?.code ?? '');
}

export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

/** An exception of a call as an outcome: no_runtime when the engine did not answer, else `code` with the engine's words. */
export function refuseBecause(client: EngineClient, error: unknown, code: ErrorCode, doing: string): Outcome<never> {
  if (isEngineGone(error)) return refuse('no_runtime', engineGone(client.socketPath, error));
  return refuse(code, `${doing}: ${wordsOf(error)}`.slice(0, 512));
}

export function engineGone(socketPath: string, error: unknown): string {
  const code = codeOf(error);
  if (code === 'EACCES')
    return `the agent may not open ${socketPath}: add its user to the group that owns the socket, then restart the agent`;
  if (code === 'ENOENT' || isEngineAbsent(socketPath)) return engineAbsent(socketPath);
  const reason = GONE.has(code) ? code : wordsOf(error);
  return `the container engine at ${socketPath} does not answer (${reason}): see whether its service runs`;
}

export interface CreatedContainer {
  readonly Id: string;
  readonly Warnings: readonly string[] | null;
}

/** Creates a container and keeps the engine's warnings, which say what limits it could not set. */
export function createContainer(
  client: EngineClient,
  { name, ...body }: Docker.ContainerCreateOptions,
): Promise<CreatedContainer> {
  const request = {
    path: '/containers/create?',
    method: 'POST',
    options: { _query: { name }, _body: body },
    statusCodes: { 200: true, 201: true },
  };
  return new Promise((resolve, reject) => {
    client.quick.modem.dial(request, (error: unknown, created: unknown) =>
      error ? reject(error) : resolve(created as CreatedContainer),
    );
  });
}

/** The engine's own sentence, without the client's decoration. */
export function wordsOf(error: unknown): string {
  const message = (error as { json?: { message?: unknown } } | null)?.json?.message;
  if (typeof message === 'string' && message !== '') return message.trim();
  return error instanceof Error ? error.message.trim() : String(error);
}
