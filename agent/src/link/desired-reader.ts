import { type Envelope, PATHS } from '@wherry/protocol';
import type { Counters } from '../logs/counters.ts';
import type { Logger } from '../logs/logger.ts';
import { authorizationOf } from './credentials.ts';
import type { HttpClient } from './http-client.ts';
import { DESIRED_BYTES, desiredEnvelope } from './inbox.ts';
import type { Identity } from './port.ts';
import { readBounded } from './read-bounded.ts';
import type { LinkTuning } from './tuning.ts';

/** Reads the desired state over HTTP where nothing else tells what is newest, so that a lost message costs time and nothing else. */
export interface DesiredReader {
  /** Begins the slow timer, and begins it anew: `everyMs` may have changed. */
  rearm(): void;
  /** Reads within this time, whatever becomes of the session, unless it is `known` before that nothing is newer. */
  readWithin(ms: number): void;
  /** Whoever could have said what is newest is gone: a read that is due soon is made now. */
  hurry(): void;
  /** Nothing was newer at this time, by `monotonicMs`: the slow timer counts from then on. */
  known(asOfMs: number): void;
  stop(): void;
  /** Never rejects: a failure is logged, and the timer goes on. What it answers was asked for after this call. */
  readNow(): Promise<void>;
}

export interface DesiredReaderOptions {
  readonly identity: Identity;
  readonly client: HttpClient;
  readonly tuning: LinkTuning;
  readonly log: Logger;
  readonly counters: Counters;
  readonly random: () => number;
  readonly monotonicMs: () => number;
  /** Between reads, before jitter. */
  readonly everyMs: () => number;
  readonly onDocument: (document: Envelope) => void;
}

export function createDesiredReader(options: DesiredReaderOptions): DesiredReader {
  const { identity, client, tuning, log, counters, random, monotonicMs } = options;
  const url = identity.serverUrl.replace(/\/+$/, '') + PATHS.deviceDesired;
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let etag: string | null = null;
  let unchangedInARow = 0;
  let underWay: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  let lastFailure = '';
  let slowAtMs = Number.POSITIVE_INFINITY;
  let soonAtMs = Number.POSITIVE_INFINITY;

  async function read(): Promise<void> {
    const isConditional = etag !== null && unchangedInARow < tuning.unchangedInARow;
    const response = await client.request(url, {
      headers: {
        ...authorizationOf(identity),
        accept: 'application/json',
        ...(isConditional && etag !== null ? { 'if-none-match': etag } : {}),
      },
      signal: AbortSignal.any([ending.signal, AbortSignal.timeout(tuning.desiredTimeoutMs)]),
    });
    counters.add('desired_reads');
    if (response.status === 304) {
      unchangedInARow += 1;
      response.discard();
      return;
    }
    if (response.status !== 200) {
      response.discard();
      throw new Error(`the control plane answered ${response.status}`);
    }
    const text = await readBounded(response, DESIRED_BYTES);
    const parsed = text === null ? null : desiredEnvelope.safeParse(JSON.parse(text));
    if (!parsed?.success) {
      counters.note('desired_malformed', { url, tooLong: text === null }, 'the desired state was not understood');
      return;
    }
    etag = response.headers.get('etag');
    unchangedInARow = 0;
    options.onDocument(parsed.data);
  }

  async function readAndReport(): Promise<void> {
    try {
      await read();
      lastFailure = '';
    } catch (error) {
      if (ending.signal.aborted) return;
      counters.add('desired_read_failures');
      const cause = error instanceof Error ? error.message : String(error);
      // An outage of days is one line, not one line each five minutes.
      log[cause === lastFailure ? 'debug' : 'warn']({ url, cause }, 'the desired state could not be read');
      lastFailure = cause;
    }
  }

  function wake(): void {
    clearTimeout(timer);
    if (ending.signal.aborted) return;
    const delayMs = Math.min(slowAtMs, soonAtMs) - monotonicMs();
    timer = setTimeout(readAndRearm, Math.max(0, delayMs));
  }

  function countFrom(atMs: number): void {
    const factor = 1 + tuning.desiredJitter * (2 * random() - 1);
    slowAtMs = atMs + options.everyMs() * factor;
    wake();
  }

  const rearm = () => countFrom(monotonicMs());
  const readAndRearm = () => void readNow().then(rearm);

  function readNow(): Promise<void> {
    if (underWay !== null) {
      // The answer that is on its way may be older than what made the caller ask. All who ask meanwhile share the next one.
      next ??= underWay.then(() => {
        next = null;
        return readNow();
      });
      return next;
    }
    soonAtMs = Number.POSITIVE_INFINITY;
    underWay = readAndReport().finally(() => {
      underWay = null;
    });
    return underWay;
  }

  return {
    rearm,
    readWithin(ms) {
      soonAtMs = Math.min(soonAtMs, monotonicMs() + ms);
      wake();
    },
    hurry() {
      if (soonAtMs < Number.POSITIVE_INFINITY) readAndRearm();
    },
    known(asOfMs) {
      soonAtMs = Number.POSITIVE_INFINITY;
      countFrom(asOfMs);
    },
    stop() {
      clearTimeout(timer);
      ending.abort();
    },
    readNow,
  };
}
