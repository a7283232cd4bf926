import { X509Certificate } from 'node:crypto';
import {
  type Outcome,
  PATHS,
  problemDocument,
  type RenewRequest,
  refuse,
  renewResponse,
  succeed,
} from '@wherry/protocol';
import { readBundle } from '../claim/authorities.ts';
import { certificateRequest, makeTlsKey } from '../claim/tls-key.ts';
import type { HttpClient } from '../link/http-client.ts';
import { readBounded } from '../link/read-bounded.ts';
import {
  isGoodCertificate,
  readNextKey,
  removeNextKey,
  type TlsIdentity,
  writeNextKey,
  writeTlsIdentity,
} from '../store/tls-files.ts';
import type { Effects } from './effects.ts';

/**
 * One attempt to get the next certificate. The key is on the disk before it is asked for, so that after a crash the same request is
 * made again, and answered again; the identity that works is replaced by the next one in one step, when that is here and good.
 */
export interface RenewOptions {
  readonly folder: string;
  readonly serverUrl: string;
  readonly client: HttpClient;
  readonly effects: Effects;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 30_000;
const ANSWER_BYTES = 64 * 1024;

/** Codes: unavailable (try again), approval_needed (an operator decides), invalid_message, and those the server answers with. */
export async function renewCertificate(options: RenewOptions, current: TlsIdentity): Promise<Outcome<TlsIdentity>> {
  const { folder, effects } = options;
  const key = nextKey(folder, current, effects);
  const answer = await ask(options, {
    csr: certificateRequest(key),
    authorities: readBundle(current.ca).map(({ fingerprint }) => fingerprint),
  });
  if (!answer.ok) return answer;
  const next = { ca: current.ca, cert: answer.value, key };
  if (!isGoodCertificate(next) || nameOf(next) !== nameOf(current))
    return refuse('invalid_message', 'the control plane answered with a certificate of another key or name');
  writeTlsIdentity(folder, next, effects);
  removeNextKey(folder, effects);
  return succeed(next);
}

/** One that waits is of an attempt that was not finished; or of one that was, but for taking it away. */
function nextKey(folder: string, current: TlsIdentity, effects: Effects): string {
  const waiting = readNextKey(folder);
  if (waiting !== null && waiting.trim() !== current.key.trim()) return waiting;
  const made = makeTlsKey();
  writeNextKey(folder, made, effects);
  return made;
}

async function ask(options: RenewOptions, request: RenewRequest): Promise<Outcome<string>> {
  const { serverUrl, client, effects } = options;
  const late = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const answer = await effects.run('http.post', () =>
      client.request(serverUrl.replace(/\/+$/, '') + PATHS.deviceCertificate, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(request),
        signal: options.signal === undefined ? late : AbortSignal.any([options.signal, late]),
      }),
    );
    const body: unknown = JSON.parse((await readBounded(answer, ANSWER_BYTES)) ?? 'null');
    const renewed = renewResponse.safeParse(body);
    if (answer.status === 201 && renewed.success) return succeed(renewed.data.certificate);
    const problem = problemDocument.safeParse(body);
    if (problem.success) return refuse(problem.data.code, problem.data.detail);
    return refuse('unavailable', `the control plane answered ${answer.status}`);
  } catch (error) {
    return refuse('unavailable', error instanceof Error ? error.message : String(error));
  }
}

function nameOf({ cert }: TlsIdentity): string {
  return new X509Certificate(cert).subject;
}
