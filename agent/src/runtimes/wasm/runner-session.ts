import type { Capabilities, ErrorCode, GuestLimits, LimitHit, Outcome } from '@wherry/protocol';
import { LIMITS, refuse } from '@wherry/protocol';
import type { HardwareClaim } from '../../hardware/claims.ts';
import type { CallEvent, InitMessage } from '../../runner/messages.ts';
import { STATUS } from '../../runner/messages.ts';
import type { CallOutcome, HostServices } from '../port.ts';
import { WASM_BOUNDS } from './bounds.ts';
import { causeOf, hitsOfCall, hostCallsPerSecond, type ToldHits } from './call-hits.ts';
import { waitsForHardware } from './hardware-calls.ts';
import { serve } from './host-calls.ts';
import type { CheckedMessage } from './messages-in.ts';
import { Pacer } from './pacer.ts';
import type { RunnerExit, RunnerHandle } from './runner-handle.ts';
import type { ServiceReply } from './service-reply.ts';

/**
 * One runner with a module in it: the conversation. At most one call and one host call are open at any time; a message out of turn
 * ends the runner. Queueing, statistics and what an exit means are in instance.ts.
 */
export interface PulledTrigger {
  readonly event: CallEvent;
  readonly payload: Uint8Array;
}

export interface SessionOptions {
  /** A runner without a module; from now on the session's. */
  readonly runner: RunnerHandle;
  readonly init: InitMessage;
  /** The module; nobody reads it a second time, so that it cannot be exchanged between check and use. */
  readonly bytes: Uint8Array;
  /** Folders of this machine that the guest has. */
  readonly preopens: readonly string[];
  /** Wall time is watched here for the module's own start function; calls are watched by whoever makes them. */
  readonly limits: GuestLimits;
  readonly capabilities: Capabilities;
  readonly host: HostServices;
  readonly hardware: HardwareClaim | null;
  /** A guest in `start` asks for its next trigger; null after the timeout. */
  readonly onNext: (timeoutMs: number) => Promise<PulledTrigger | null>;
  /** It answers the http trigger it got last. False when there is none. */
  readonly onAnswer: (answer: { status: number; headers: Record<string, string>; body: Uint8Array }) => boolean;
  readonly onIdle: (isIdle: boolean) => void;
}

export interface CallEnd {
  readonly outcome: CallOutcome;
  readonly exitCode: number | null;
  /** Limits that it hit. */
  readonly hits: readonly LimitHit[];
  readonly fuel: number;
}

export class RunnerSession {
  readonly process: RunnerHandle;
  readonly exited: Promise<RunnerExit>;
  readonly traffic = { sentBytes: 0, receivedBytes: 0 };
  handlers: ReadonlySet<string> = new Set();
  peakBytes = 0;
  readonly #options: SessionOptions;
  readonly #pacer: Pacer;
  readonly #gone = new AbortController();
  #isHostCallOpen = false;
  #openTimer: NodeJS.Timeout | undefined;
  #compiled: () => void = () => {};
  #opened: ((outcome: Outcome<void>) => void) | null = null;
  #call: ((end: CallEnd | null) => void) | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#pacer = new Pacer(hostCallsPerSecond(options.limits), performance.now());
    this.process = options.runner;
    this.process.handOver((message, tail) => this.#receive(message, tail));
    this.exited = this.process.exited.then((exit) => {
      this.#gone.abort();
      this.#call?.(null);
      return exit;
    });
  }

  /** Sends the module and waits until it is compiled. Codes: those of admission, start_failed. */
  async open(): Promise<Outcome<void>> {
    const answered = new Promise<Outcome<void>>((resolve) => {
      this.#opened = resolve;
    });
    const overdue = Promise.withResolvers<Outcome<void>>();
    const endAfter = (limitMs: number, code: ErrorCode) => {
      clearTimeout(this.#openTimer);
      this.#openTimer = setTimeout(() => {
        this.process.signal('SIGKILL');
        overdue.resolve(refuse(code, `the module was not ready after ${limitMs} ms`));
      }, limitMs);
    };
    endAfter(WASM_BOUNDS.startMs, 'start_failed');
    this.#compiled = () => endAfter(this.#options.limits.wallMs, 'wall_limit');
    const died = this.exited.then((exit) => {
      const how = exit.violation ?? exit.signal ?? `exit code ${exit.code}`;
      return refuse('start_failed', `the runner ended before it was ready (${how}): ${exit.stderr.trim().slice(-400)}`);
    });
    this.process.send(this.#options.init);
    const { bytes } = this.#options;
    for (let at = 0; at < bytes.length; at += WASM_BOUNDS.modulePartBytes)
      this.process.send({ type: 'module' }, bytes.subarray(at, at + WASM_BOUNDS.modulePartBytes));
    const outcome = await Promise.race([answered, died, overdue.promise]);
    clearTimeout(this.#openTimer);
    return outcome;
  }

  /** Runs one trigger. Resolves with null when the runner is gone. */
  call(event: CallEvent, payload: Uint8Array): Promise<CallEnd | null> {
    const { promise, resolve } = Promise.withResolvers<CallEnd | null>();
    this.#call = resolve;
    this.process.send({ type: 'call', event }, payload);
    if (this.#gone.signal.aborted) resolve(null);
    return promise;
  }

  #receive(message: CheckedMessage, tail: Uint8Array): void {
    switch (message.type) {
      case 'ready':
        if (this.#opened === null) return void this.process.violate('"ready" out of turn');
        this.handlers = new Set(message.handlers);
        this.peakBytes = message.peakBytes;
        return void this.#settleOpen({ ok: true, value: undefined });
      case 'refused':
        if (this.#opened === null) return void this.process.violate('"refused" out of turn');
        return void this.#settleOpen(refuse(message.code as ErrorCode, message.message));
      case 'log':
        return void this.#log(message);
      case 'idle':
        return void (this.#opened === null ? this.#options.onIdle(message.isIdle) : this.#compiled());
      case 'done': {
        const settle = this.#call;
        if (settle === null || this.#isHostCallOpen) return void this.process.violate('"done" out of turn');
        this.#call = null;
        this.peakBytes = Math.max(this.peakBytes, message.peakBytes);
        return void settle(this.#endOf(message, tail));
      }
      case 'host':
        if (this.#isHostCallOpen) return void this.process.violate('a host call inside a host call');
        this.#isHostCallOpen = true;
        void this.#serve(message, tail);
    }
  }

  #endOf(message: Extract<CheckedMessage, { type: 'done' }>, tail: Uint8Array): CallEnd {
    const { result, exitCode, fuel = 0 } = message;
    const { limits, capabilities } = this.#options;
    const told = { ...message, code: result.ok ? null : result.code } as ToldHits;
    const hits = hitsOfCall(told, limits, this.#pacer.takeHeldBack(), capabilities.dataBytes ?? 0);
    const limit = causeOf(told.code, hits);
    return { outcome: { ...outcomeOf(result, tail), ...(limit && { limit }) }, exitCode: exitCode ?? null, hits, fuel };
  }

  #settleOpen(outcome: Outcome<void>): void {
    const settle = this.#opened;
    this.#opened = null;
    settle?.(outcome);
  }

  #log({ level, stream, text, skipped }: Extract<CheckedMessage, { type: 'log' }>): void {
    const delayMs = this.#pacer.delayMs('log', performance.now());
    if (delayMs > 0) this.process.holdBack(delayMs);
    const gap = skipped > 0 ? `[${skipped} lines left out] ` : '';
    this.#options.host.log({ atMs: Date.now(), stream, level, text: `${gap}${text}`.slice(0, LIMITS.logLineBytes) });
  }

  async #serve(message: Extract<CheckedMessage, { type: 'host' }>, tail: Uint8Array): Promise<void> {
    const delayMs = this.#pacer.delayMs(message.op, performance.now());
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const reply = await this.#perform(message, tail);
    this.#isHostCallOpen = false;
    const { status, event } = reply;
    this.process.send(event === undefined ? { type: 'reply', status } : { type: 'reply', status, event }, reply.tail);
    if (reply.isSecret) reply.tail?.fill(0);
  }

  async #perform(
    message: Extract<CheckedMessage, { type: 'host' }>,
    tail: Uint8Array,
  ): Promise<ServiceReply & { event?: CallEvent }> {
    const { host, hardware, capabilities, preopens, onNext, onAnswer } = this.#options;
    if (message.op === 'next') {
      const pulled = await onNext(message.timeoutMs);
      return pulled === null
        ? { status: STATUS.timeout }
        : { status: STATUS.ok, event: pulled.event, tail: pulled.payload };
    }
    if (message.op === 'answer') {
      const { status, headers } = message;
      const isTaken = status >= 200 && status <= 599 && onAnswer({ status, headers, body: Uint8Array.from(tail) });
      return { status: isTaken ? STATUS.ok : STATUS.failed };
    }
    const pid = this.process.pid;
    if (pid === undefined) return { status: STATUS.failed };
    const { signal } = this.#gone;
    const context = { capabilities, host, hardware, folders: preopens, pid, signal, traffic: this.traffic };
    const isWaiting = waitsForHardware(message);
    if (isWaiting) this.#options.onIdle(true);
    // A failing service of the agent is the guest's STATUS.failed, never the end of the agent.
    const reply = await serve(message, tail, context).catch((error: Error) => {
      host.log({ atMs: Date.now(), stream: 'log', level: 'error', text: `${message.op}: ${error.message}` });
      return { status: STATUS.failed };
    });
    if (isWaiting) this.#options.onIdle(false);
    return reply;
  }
}

function outcomeOf(result: Extract<CheckedMessage, { type: 'done' }>['result'], tail: Uint8Array): CallOutcome {
  if (!result.ok) return refuse(result.code, result.message);
  if (result.answer === undefined) return { ok: true, value: { state: Uint8Array.from(tail) } };
  const { status, headers } = result.answer;
  return { ok: true, value: { answer: { status, headers, body: Uint8Array.from(tail) } } };
}
