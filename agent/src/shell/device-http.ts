import type { ErrorCode } from '@wherry/protocol';
import type { Identity } from '../link/port.ts';
import type { Effects } from './effects.ts';

/** Reads from the control plane over HTTP as this device. Redirects are refused: what is fetched is named by digest, not by place. */
export interface DeviceHttp {
  get(path: string, options?: GetOptions): Promise<Response>;
}

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export function createDeviceHttp(identity: Identity, effects: Effects): DeviceHttp {
  const authorization = `Bearer ${identity.tenant}/${identity.device}:${identity.secret}`;
  return {
    get: (path, { headers = {}, signal } = {}) =>
      effects.run('http.get', () =>
        fetch(identity.serverUrl + path, {
          // Compression would let few bytes on the wire become many here.
          headers: { authorization, 'accept-encoding': 'identity', ...headers },
          redirect: 'error',
          ...(signal === undefined ? {} : { signal }),
        }),
      ),
  };
}

export interface FetchProblem {
  readonly code: ErrorCode;
  readonly message: string;
  /** Trying again would end the same way. */
  readonly isFinal: boolean;
}

/** 4xx is final but for "not now" answers; everything else may pass. */
export function problemOfStatus(status: number, what: string): FetchProblem {
  const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
  return { code: 'download_failed', message: `fetch ${what}: the control plane answered ${status}`, isFinal };
}

export function problemOfError(error: unknown, what: string): FetchProblem {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return { code: 'disk_full', message: `store ${what}: no space is left on the device`, isFinal: false };
  const cause = error instanceof Error ? error.cause : undefined;
  const inner = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : undefined;
  const reason = inner ?? (error instanceof Error ? error.message : String(error));
  return { code: 'download_failed', message: `fetch ${what}: ${reason}`, isFinal: false };
}
