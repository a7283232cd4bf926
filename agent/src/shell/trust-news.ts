import type { Envelope, Outcome } from '@wherry/protocol';
import { backoffMs, DOWNLOAD_BACKOFF } from '../core/backoff.ts';
import type { Logger } from '../logs/logger.ts';
import type { Clock } from './clock.ts';

/**
 * When the device asks for newer metadata without a release to fetch: the director says that there is a newer snapshot, or somebody signs
 * as director whom only a newer root can name. One refresh at a time; a stranger's documents cause no more than one in a while.
 */
export interface TrustNews {
  /** Asks until the snapshot is at least of this version. */
  follow(snapshotVersion: number): void;
  /** Hands it over again after a refresh, or when another one takes its place. */
  askAbout(sealed: Envelope): void;
  stop(): void;
}

export interface TrustNewsOptions {
  readonly refresh: (signal: AbortSignal) => Promise<Outcome<unknown>>;
  readonly snapshotVersion: () => number;
  readonly judgeAgain: (sealed: Envelope) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Between refreshes that nobody trusted asked for. */
const STRANGERS_EVERY_MS = 5_000;

export function createTrustNews(options: TrustNewsOptions): TrustNews {
  const { snapshotVersion, clock, log } = options;
  const ending = new AbortController();
  let wanted = 0;
  let waiting: Envelope | null = null;
  let asked: Envelope | null = null;
  let failures = 0;
  let isRefreshing = false;
  let refreshedAtMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    if (isRefreshing || ending.signal.aborted) return;
    clearTimeout(timer);
    isRefreshing = true;
    asked = waiting;
    await refresh();
    isRefreshing = false;
    refreshedAtMs = clock.uptimeMs();
    if (ending.signal.aborted) return;
    if (waiting === asked) waiting = null;
    if (asked !== null) options.judgeAgain(asked);
    asked = null;
    failures = wanted > snapshotVersion() ? failures + 1 : 0;
    if (failures > 0) later(backoffMs(failures, DOWNLOAD_BACKOFF, clock.random()));
    else if (waiting !== null) later(STRANGERS_EVERY_MS);
  }

  async function refresh(): Promise<void> {
    try {
      const verdict = await options.refresh(ending.signal);
      if (verdict.ok || ending.signal.aborted) return;
      log.warn({ problem: verdict.problems[0] }, 'newer trusted metadata could not be had');
    } catch (error) {
      log.error({ err: error }, 'keep newer trusted metadata');
    }
  }

  function later(delayMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void run(), delayMs).unref();
  }

  return {
    follow(version) {
      wanted = Math.max(wanted, version);
      if (wanted > snapshotVersion()) void run();
    },
    askAbout(sealed) {
      const before = waiting;
      waiting = sealed;
      if (before !== null && before !== asked) options.judgeAgain(before);
      if (!isRefreshing) later(Math.max(0, refreshedAtMs + STRANGERS_EVERY_MS - clock.uptimeMs()));
    },
    stop() {
      clearTimeout(timer);
      ending.abort();
    },
  };
}
