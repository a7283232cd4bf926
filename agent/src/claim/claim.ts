import {
  type ClaimRequest,
  claimRequest,
  claimResponse,
  type Labels,
  type Outcome,
  PATHS,
  problemDocument,
  refuse,
  succeed,
} from '@wherry/protocol';
import { createHttpClient, type HttpClient } from '../link/http-client.ts';
import type { Identity } from '../link/port.ts';
import { readBounded } from '../link/read-bounded.ts';
import type { ReportKeyPair } from './report-key.ts';

/**
 * A claim: one POST that turns a single-use token into the device's identity. Safe to repeat with the same token and the same
 * key pair: the server answers such a repetition as it answered the first time. Storing the outcome is the caller's.
 */
export interface ClaimOptions {
  readonly serverUrl: string;
  readonly token: string;
  readonly target: string;
  /** Made by `makeReportKey` and kept on disk before this call. */
  readonly keyPair: ReportKeyPair;
  readonly boot: string;
  /** `process.arch` unless told. */
  readonly arch?: string;
  /** Wanted name; the server makes one up without it. */
  readonly device?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** One that trusts the system's authorities without. */
  readonly client?: HttpClient;
  /** PKCS#10 as PEM: over TLS the device is to get a certificate, and no secret. */
  readonly csr?: string;
}

const TIMEOUT_MS = 30_000;
const ANSWER_BYTES = 64 * 1024;

export interface ClaimedIdentity extends Identity {
  /** PEM, for the key of `csr`. Whether it is the right one is for who has the key to see. */
  readonly certificate?: string;
}

/** Codes: invalid_body (an argument), unavailable (no answer: try again), and those the server answers with. */
export async function claim(options: ClaimOptions): Promise<Outcome<ClaimedIdentity>> {
  const url = claimUrl(options.serverUrl);
  if (!url.ok) return url;
  const request = buildRequest(options);
  if (!request.ok) return request;
  const answer = await post(url.value, request.value, options);
  return answer.ok ? readAnswer(answer.value, url.value, options) : answer;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function claimUrl(serverUrl: string): Outcome<URL> {
  const url = URL.parse(serverUrl);
  if (!url || !/^https?:$/.test(url.protocol))
    return refuse('invalid_body', `server ${JSON.stringify(serverUrl)}: write it as https://host or http://host:port`);
  url.pathname = url.pathname.replace(/\/+$/, '') + PATHS.claim;
  url.search = '';
  url.hash = '';
  return succeed(url);
}

function buildRequest(options: ClaimOptions): Outcome<ClaimRequest> {
  const parsed = claimRequest.safeParse({
    token: options.token.trim(),
    target: options.target,
    arch: options.arch ?? process.arch,
    reportKey: options.keyPair.publicKey,
    boot: options.boot,
    ...(options.csr === undefined ? {} : { csr: options.csr }),
    ...(options.device === undefined ? {} : { device: options.device }),
    ...(options.labels === undefined ? {} : { labels: options.labels as Labels }),
  });
  if (parsed.success) return succeed(parsed.data);
  const issue = parsed.error.issues[0];
  return refuse('invalid_body', `${issue?.path.join('.')}: ${issue?.message}`, { path: `/${issue?.path.join('/')}` });
}

async function post(
  url: URL,
  request: ClaimRequest,
  { client = createHttpClient(), timeoutMs = TIMEOUT_MS }: ClaimOptions,
): Promise<Outcome<Answer>> {
  try {
    const answer = await client.request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await readBounded(answer, ANSWER_BYTES);
    return succeed({ status: answer.status, body: text === null ? null : parseJson(text) });
  } catch (error) {
    return refuse(
      'unavailable',
      `no answer from ${url.origin} (${reasonOf(error)}): check the address and the network, then run the same claim again; the token is not lost`,
    );
  }
}

function readAnswer(answer: Answer, url: URL, options: ClaimOptions): Outcome<ClaimedIdentity> {
  if (answer.status >= 200 && answer.status < 300) {
    const parsed = claimResponse.safeParse(answer.body);
    const hasCredential = parsed.data?.[options.csr === undefined ? 'secret' : 'certificate'] !== undefined;
    if (!parsed.success || !hasCredential || !/^mqtts?:\/\//.test(parsed.data.mqttUrl))
      return refuse(
        'invalid_message',
        `${url.origin} did not answer as a Wherry server does: check the address given with --server`,
      );
    const { tenant, device, secret, certificate, mqttUrl } = parsed.data;
    const serverUrl = url.href.slice(0, -PATHS.claim.length);
    return succeed({
      tenant,
      device,
      ...(secret === undefined ? {} : { secret }),
      ...(certificate === undefined ? {} : { certificate }),
      serverUrl,
      mqttUrl,
      reportPrivateKey: options.keyPair.privateKey,
    });
  }
  const problem = problemDocument.safeParse(answer.body);
  if (problem.success) return refuse(problem.data.code, problem.data.detail);
  if (answer.status >= 500 || answer.status === 429)
    return refuse('unavailable', `${url.origin} answered ${answer.status}: run the same claim again in a minute`);
  return refuse(
    'invalid_message',
    `${url.origin} answered ${answer.status} without a reason: check the address given with --server`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'TimeoutError' ? 'timed out' : error.message;
}
