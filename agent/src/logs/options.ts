import type { LogBatch, LogLine } from '@wherry/protocol';

export interface LogForwarderOptions {
  /** `link.sendLogs`. */
  readonly send: (batch: LogBatch) => void;
  readonly nowMs?: () => number;
}

/** Keeps the last lines of each app, and forwards them only while somebody listens or after a failure. */
export interface LogForwarder {
  add(line: LogLine): void;
  /** Forwards lines (of one app, or of all) for `forMs`, beginning with those kept. The command `logs`. */
  listen(forMs: number, app?: string): void;
  /** Sends the last kept lines of an app that failed. */
  sendLast(app: string): void;
  /** The last kept lines, oldest first. */
  last(app: string, count: number): readonly LogLine[];
  /** Forgets an app that was removed. */
  forget(app: string): void;
  stop(): void;
}
