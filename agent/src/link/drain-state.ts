import type { OutboxRow } from './port.ts';

/** Where the drain stands, what happens to it, and what it wants done. */
export interface DrainState {
  readonly isUp: boolean;
  /** Sent and not acknowledged, oldest first. */
  readonly inFlight: readonly Flight[];
  /** Last row handed out since the last rewind; null means the oldest row of the outbox is next. */
  readonly position: Position | null;
  /** Highest number sent in this process, by boot: an acknowledgement is believed up to here. */
  readonly sentUpTo: Readonly<Record<string, number>>;
  /** What the server last said to hold, since the last rewind; null before its first word. */
  readonly heard: { readonly boot: string; readonly upTo: number } | null;
  /** One row a message: in front is a row that the server does not understand. */
  readonly isCareful: boolean;
  /** Rewinds in a row without an acknowledgement. */
  readonly rewinds: number;
  readonly tokens: number;
  readonly tokensAtMs: number;
  /** Nothing is sent before this. */
  readonly holdUntilMs: number;
}

export interface Flight {
  readonly boot: string;
  readonly firstSeq: number;
  readonly upTo: number;
  readonly sentAtMs: number;
  /** The server refused it and was told that nothing comes in its place. */
  readonly isGivenUp?: boolean;
}

export interface Numbers {
  readonly firstSeq: number;
  readonly seq: number;
}

export interface Position {
  readonly boot: string;
  readonly seq: number;
}

export type DrainEvent =
  /** `holdMs`: how long the drain waits before its first message, with an empty bucket when it is above 0. */
  | { readonly kind: 'up'; readonly atMs: number; readonly holdMs: number }
  | { readonly kind: 'down' }
  | {
      readonly kind: 'ack';
      readonly boot: string;
      readonly upTo: number;
      /** The server understands no message of these numbers. */
      readonly refused?: Numbers;
    }
  /** `batches`: what follows `position` in the outbox, cut into messages. */
  | { readonly kind: 'pump'; readonly atMs: number; readonly batches: readonly (readonly OutboxRow[])[] };

export type DrainEffect =
  | { readonly kind: 'send'; readonly rows: readonly OutboxRow[] }
  | { readonly kind: 'acknowledge'; readonly boot: string; readonly upTo: number }
  /** Tell the server that it will not get these numbers; `why` is in drain-stuck.ts. */
  | {
      readonly kind: 'explain';
      readonly boot: string;
      readonly firstSeq: number;
      readonly seq: number;
      readonly why: 'forgotten' | 'refused';
    }
  /** Pump again at this time; replaces an earlier wish. */
  | { readonly kind: 'wake'; readonly atMs: number };

export interface DrainPolicy {
  readonly windowMessages: number;
  readonly resendAfterMs: number;
  readonly resendCapMs: number;
  readonly burstMessages: number;
  readonly messagesPerSecond: number;
}

export interface DrainStep {
  readonly state: DrainState;
  readonly effects: readonly DrainEffect[];
}

export const IDLE_DRAIN: DrainState = {
  isUp: false,
  inFlight: [],
  position: null,
  sentUpTo: {},
  heard: null,
  isCareful: false,
  rewinds: 0,
  tokens: Number.MAX_SAFE_INTEGER,
  tokensAtMs: 0,
  holdUntilMs: 0,
};
