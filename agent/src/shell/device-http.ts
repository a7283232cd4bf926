import type { ErrorCode } from '@wherry/protocol';
import { authorizationOf } from '../link/credentials.ts';
import type { HttpClient } from '../link/http-client.ts';
import type { HttpAnswer } from '../link/http-message.ts';
import type { Identity } from '../link/port.ts';
import type { DownloadPurpose } from '../store/link-usage.ts';
import type { Effects } from './effects.ts';
import type { Links } from './links.ts';

/** Reads from the control plane over HTTP as this device. Redirects are refused: what is fetched is named by digest, not by place. */
export interface DeviceHttp {
  get(path: string, options: GetOptions): Promise<HttpAnswer>;
}

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** What the bytes of the body are counted as. */
  readonly purpose: DownloadPurpose;
}

export function createDeviceHttp(
  identity: Identity,
  client: HttpClient,
  effects: Effects,
  links: Pick<Links, 'count' | 'flush'>,
): DeviceHttp {
  const authorization = authorizationOf(identity);
  return {
    async get(path, { headers = {}, signal, purpose }) {
      const response = await effects.run('http.get', () =>
        client.request(identity.serverUrl + path, {
          headers: { ...authorization, ...headers },
          ...(signal === undefined ? {} : { signal }),
        }),
      );
      return counted(response, (bytes) => links.count(purpose, bytes), links.flush);
    },
  };
}

/** The same answer, whose bytes are counted as they are read. */
export function counted(answer: HttpAnswer, onBytes: (bytes: number) => void, onEnd: () => void): HttpAnswer {
  return { ...answer, body: counting(answer.body, onBytes, onEnd) };
}

async function* counting(
  body: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
  onEnd: () => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    onBytes(chunk.length);
    yield chunk;
  }
  onEnd();
}

export interface FetchProblem {
  readonly code: ErrorCode;
  readonly message: string;
  /** Trying again would end the same way. */
  readonly isFinal: boolean;
}

/** 4xx is final but for "not now" answers; everything else may pass. */
export function problemOfStatus(status: number, what: string, who = 'the control plane'): FetchProblem {
  const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
  return { code: 'download_failed', message: `fetch ${what}: ${who} answered ${status}`, isFinal };
}

export function problemOfError(error: unknown, what: string): FetchProblem {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return { code: 'disk_full', message: `store ${what}: no space is left on the device`, isFinal: false };
  const { syscall } = error as NodeJS.ErrnoException;
  if (code !== undefined && syscall !== undefined)
    return {
      code: 'download_failed',
      message: `store ${what}: the disk answered ${code} to ${syscall}`,
      isFinal: false,
    };
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'download_failed', message: `fetch ${what}: ${reason}`, isFinal: false };
}
