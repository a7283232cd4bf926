import type { Capabilities } from '@wherry/protocol/admission';
import type { HardwareOperation } from './hardware-messages.ts';

/**
 * What the agent and a runner say to each other. The agent trusts nothing that comes back (runtimes/wasm/messages-in.ts checks it);
 * the runner trusts the agent. Binary parts travel as the tail of the frame, named in each message.
 */

/** First message: what to run and how. */
export interface InitMessage {
  readonly type: 'init';
  readonly abi: 'assemblyscript' | 'wasi-p1' | 'component';
  /** Size of the module, whose bytes follow in `module` messages. The agent has read them once and checked their digest. */
  readonly moduleBytes: number;
  readonly memoryBytes: number;
  /** Instructions of one call; without it none are counted. */
  readonly fuel?: number;
  readonly tableElements: number;
  readonly args: readonly string[];
  /** Variables of the guest's environment: settings and secrets that its release was granted as such. */
  readonly env: Readonly<Record<string, string>>;
  /** Every setting that its release declares, for `config_get`. */
  readonly config: Readonly<Record<string, string>>;
  readonly preopens: readonly { readonly path: string; readonly guest: string; readonly quotaBytes: number | null }[];
  /** `inherit`: the guest's standard streams are those of the process. `log`: lines become log messages. */
  readonly stdio: 'inherit' | 'log';
  /** What the release was granted: for admission. The agent checks every call again. */
  readonly capabilities: Capabilities;
}

export type CallEvent =
  | { readonly on: 'start' }
  | { readonly on: 'health' }
  /** The tail of the answer is the state that the program keeps in memory; the tail of `load` is one that an earlier version saved. */
  | { readonly on: 'save' }
  | { readonly on: 'load' }
  | { readonly on: 'cron'; readonly schedule: string; readonly atMs: number }
  /** Tail: the payload. */
  | { readonly on: 'mqtt'; readonly topic: string }
  /** Tail: the body. */
  | {
      readonly on: 'http';
      readonly method: string;
      readonly path: string;
      readonly query: string;
      readonly headers: Readonly<Record<string, string>>;
    };

export interface CallMessage {
  readonly type: 'call';
  readonly event: CallEvent;
}

/** Answer to a host call. `status` is what the guest's import returns; the tail holds bytes for it. */
export interface ReplyMessage {
  readonly type: 'reply';
  readonly status: number;
  /** For `next`: the trigger; its payload is the tail. */
  readonly event?: CallEvent;
}

/** Before `init`: the runner warms up and says `ready` without a module, so that it can be measured, or wait for one. */
export interface HelloMessage {
  readonly type: 'hello';
}

/** After `init`. Tail: the next part of the module. */
export interface ModuleMessage {
  readonly type: 'module';
}

export type ToRunner = HelloMessage | InitMessage | ModuleMessage | CallMessage | ReplyMessage;

export type HostOperation =
  | HardwareOperation
  /** Tail: the payload. */
  | { readonly op: 'publish'; readonly topic: string }
  /** Reply tail: the value. */
  | { readonly op: 'kv_get'; readonly key: string }
  /** Tail: the value. */
  | { readonly op: 'kv_set'; readonly key: string }
  | { readonly op: 'kv_delete'; readonly key: string }
  /** Reply tail: the value. */
  | { readonly op: 'secret_get'; readonly name: string }
  /** Waits for a trigger; the reply carries it. */
  | { readonly op: 'next'; readonly timeoutMs: number }
  /** Answers the http trigger that `next` delivered last. Tail: the body. */
  | { readonly op: 'answer'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  /** Tail: the body. Reply tail: the response in CGI form. */
  | {
      readonly op: 'fetch';
      readonly method: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  /** Node's permission model refuses these two inside the runner; the agent does them on the runner's own descriptor. */
  | { readonly op: 'sync'; readonly fd: number }
  | { readonly op: 'symlink'; readonly fd: number; readonly name: string; readonly target: string };

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

export interface LogMessage {
  readonly type: 'log';
  readonly level: LogLevel;
  readonly stream: 'stdout' | 'stderr' | 'log';
  readonly text: string;
  /** Lines left out before this one. */
  readonly skipped: number;
}

/** How a call ended. Tail: the body of an http answer, or the state that was saved. */
export interface DoneMessage {
  readonly type: 'done';
  readonly result:
    | {
        readonly ok: true;
        readonly answer?: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
      }
    /** A WASI program that called proc_exit with something else than 0. */
    | { readonly ok: false; readonly code: 'guest_error' | 'memory_limit' | 'fuel_limit'; readonly message: string };
  readonly exitCode?: number;
  /** Highest size of the module's linear memory so far. */
  readonly peakBytes: number;
  /** Fuel that the call used; only where the release limits it. */
  readonly fuel?: number;
  /** Limits that the call hit without being ended for it. */
  readonly hits?: LimitMarks;
}

/** Marks that the runner makes during a call: how often, but for `disk` the bytes that were wanted. */
export interface LimitMarks {
  readonly stack?: number;
  readonly open_files?: number;
  readonly disk?: number;
  readonly log_lines?: number;
}

export type FromRunner =
  | { readonly type: 'ready'; readonly handlers: readonly string[]; readonly peakBytes: number }
  | { readonly type: 'refused'; readonly code: string; readonly message: string }
  | ({ readonly type: 'host' } & HostOperation)
  /** A `start` guest sleeps, or is awake again: its wall clock stops meanwhile. Before `ready`: the module is compiled, its own code begins. */
  | { readonly type: 'idle'; readonly isIdle: boolean }
  | LogMessage
  | DoneMessage;

/** What a host call returns instead of a length. The same numbers are in guest-sdk/include/wherry.h. */
export const STATUS = { ok: 0, absent: -1, denied: -2, invalid: -3, failed: -4, timeout: -5 } as const;
