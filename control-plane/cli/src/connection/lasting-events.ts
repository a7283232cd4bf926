import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, type StreamChange } from '@wherry/protocol';
import { CliFailure, EXIT } from '../failure.ts';
import type { Connection } from './connect.ts';
import { readEvents } from './event-stream.ts';

/**
 * Events over streams that end: a control plane that restarts, a proxy that cuts, a network that goes silent. A stream that was
 * open once is opened again, with full jitter; before the first one there is nothing to wait for, and a refusal is final.
 * What happened in between is lost: the stream has no memory, and `onLost` is there to say so.
 */
export interface LastingOptions {
  readonly onOpen?: (isAgain: boolean) => void;
  readonly onLost?: () => void;
  readonly timing?: Partial<LastingTiming>;
}

export interface LastingTiming {
  /** A stream without a byte for this long is dead: three of the server's heartbeats. */
  readonly silenceMs: number;
  readonly pauseMinMs: number;
  readonly pauseMaxMs: number;
  /** Attempts without an answer, one after another, before it gives up: about three minutes. */
  readonly attemptsMax: number;
}

const TIMING: LastingTiming = { silenceMs: 45_000, pauseMinMs: 500, pauseMaxMs: 10_000, attemptsMax: 40 };

export async function* lastingEvents(
  connection: Connection,
  path: string,
  signal: AbortSignal,
  options: LastingOptions = {},
): AsyncGenerator<StreamChange> {
  const timing = { ...TIMING, ...options.timing };
  let [wasOpen, unanswered] = [false, 0];
  while (!signal.aborted) {
    const silence = new Silence(timing.silenceMs);
    let isOpen = false;
    const onOpen = () => {
      options.onOpen?.(wasOpen);
      [isOpen, wasOpen, unanswered] = [true, true, 0];
    };
    try {
      const both = AbortSignal.any([signal, silence.signal]);
      yield* readEvents(connection, path, both, onOpen, () => silence.broken());
    } catch (error) {
      if (signal.aborted) return;
      if (!isOpen && (!wasOpen || isFinal(error) || unanswered >= timing.attemptsMax)) throw error;
      if (error instanceof RangeError) throw error;
    } finally {
      silence.end();
    }
    if (signal.aborted) return;
    if (isOpen) options.onLost?.();
    unanswered += 1;
    const pauseMs = Math.min(timing.pauseMaxMs, timing.pauseMinMs * 2 ** unanswered) * Math.random();
    await delay(Math.max(timing.pauseMinMs / 2, pauseMs), undefined, { signal }).catch(() => {});
  }
}

/** A refusal does not change by asking again; a missing answer and a fault of the server may. */
function isFinal(error: unknown): boolean {
  if (error instanceof ApiError) return error.problem.status < 500 && error.problem.status !== 429;
  return !(error instanceof CliFailure && error.exitCode === EXIT.unreachable);
}

/** Aborts when nothing has broken the silence for a while. */
class Silence {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(silenceMs: number) {
    this.#timer = setTimeout(() => this.#controller.abort(), silenceMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  broken(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
