import { setTimeout as delay } from 'node:timers/promises';
import { getRollout, PATHS, type Rollout } from '@wherry/protocol';
import type { Connection } from '../connection/connect.ts';
import { readEvents } from '../connection/event-stream.ts';
import { CliFailure, EXIT } from '../failure.ts';

/** How often the rollout is read: at once after a hint of the stream, else by this clock. Hints are never relied on. */
const POLL_MS = { withStream: 5_000, withoutStream: 1_000, betweenHints: 200 } as const;
/** Reads without an answer, one after another, before a watch gives up: about a minute. */
const UNANSWERED_MAX = 50;
const FINAL: ReadonlySet<Rollout['state']> = new Set(['completed', 'halted', 'aborted']);

/** Yields a rollout each time it has changed, until it has ended (or halted), or the signal aborts. */
export async function* watchRollout(
  connection: Connection,
  id: Rollout['id'],
  signal: AbortSignal,
): AsyncGenerator<Rollout> {
  const ended = new AbortController();
  const hints = new Hints(connection, `${PATHS.stream}?rollout=${id}`, AbortSignal.any([signal, ended.signal]));
  const patience = new Patience();
  let shown = '';
  try {
    while (!signal.aborted) {
      const rollout = await patience.read(() => connection.client.call(getRollout, { params: { id } }));
      if (rollout) {
        const text = JSON.stringify(rollout);
        if (text !== shown) yield rollout;
        shown = text;
        if (FINAL.has(rollout.state)) return;
      }
      await hints.next(signal);
    }
  } finally {
    ended.abort();
  }
}

/** A control plane that restarts answers again after a while; before the first answer there is nothing to wait for. */
class Patience {
  #left = 0;

  async read<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await ask();
      this.#left = UNANSWERED_MAX;
      return answer;
    } catch (error) {
      if (!(error instanceof CliFailure) || error.exitCode !== EXIT.unreachable || this.#left-- <= 0) throw error;
      return undefined;
    }
  }
}

class Hints {
  #isOpen = false;
  #wake = Promise.withResolvers<void>();

  constructor(connection: Connection, path: string, signal: AbortSignal) {
    this.#listen(connection, path, signal);
  }

  /** A stream that fails is not tried again: polling carries the watch to its end. */
  async #listen(connection: Connection, path: string, signal: AbortSignal): Promise<void> {
    const onOpen = () => {
      this.#isOpen = true;
    };
    try {
      for await (const _ of readEvents(connection, path, signal, onOpen)) this.#wake.resolve();
    } catch {
      // Whatever is wrong with the connection, the next read of the rollout says it.
    }
    this.#isOpen = false;
    this.#wake.resolve();
  }

  async next(signal: AbortSignal): Promise<void> {
    const waitMs = this.#isOpen ? POLL_MS.withStream : POLL_MS.withoutStream;
    const timer = new AbortController();
    const over = AbortSignal.any([signal, timer.signal]);
    await Promise.race([this.#wake.promise, delay(waitMs, undefined, { signal: over }).catch(() => {})]);
    timer.abort();
    await delay(POLL_MS.betweenHints, undefined, { signal }).catch(() => {});
    this.#wake = Promise.withResolvers();
  }
}
