import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type {
  CallOutcome,
  ExitReason,
  HttpAnswer,
  Instance,
  InstanceUsage,
  TriggerEvent,
  WorkloadSpec,
} from '../port.ts';
import { toCallEvent } from './call-event.ts';
import { CallQueue, type Job } from './call-queue.ts';
import { CpuGovernor } from './cpu-governor.ts';
import { Durations } from './durations.ts';
import { exitReasonOf, type Intent } from './exit-reason.ts';
import { processCpuMs, processMemoryBytes } from './process-usage.ts';
import type { CallEnd, PulledTrigger, RunnerSession } from './runner-session.ts';
import { Watchdog } from './watchdog.ts';

/**
 * A release at work in its runner. Calls run one at a time. While a `start` call lasts, the guest may pull further triggers
 * (`trigger_next`); a pulled trigger has succeeded when the guest asks for the next one, or answers it.
 */
export class WasmInstance implements Instance {
  readonly exited: Promise<ExitReason>;
  readonly #spec: WorkloadSpec;
  readonly #session: RunnerSession;
  readonly #queue = new CallQueue();
  readonly #durations = new Durations();
  readonly #watchdog: Watchdog;
  readonly #governor: CpuGovernor;
  #running: Job | null = null;
  #pulled: { job: Job; atMs: number } | null = null;
  #waiting: ((job: Job | null) => void) | null = null;
  #intent: Intent | null = null;
  #hasExited = false;
  #counts = { calls: 0, errors: 0, limitsHit: 0 };
  #lastUsage = { cpuMs: 0, memoryBytes: 0 };

  constructor(spec: WorkloadSpec, session: RunnerSession) {
    this.#spec = spec;
    this.#session = session;
    const { wallMs, cpuShare } = spec.release.limits;
    this.#watchdog = new Watchdog(wallMs, () => this.#end({ kind: 'wall', wallMs }));
    const runner = session.process;
    this.#governor = new CpuGovernor(
      {
        cpuMs: () => (runner.pid === undefined ? null : processCpuMs(runner.pid)),
        pause: () => runner.signal('SIGSTOP'),
        resume: () => runner.signal('SIGCONT'),
      },
      cpuShare,
    );
    this.exited = session.exited.then((exit) => this.#finish(exitReasonOf(exit, this.#intent)));
  }

  async call(event: TriggerEvent): Promise<CallOutcome> {
    const ready = toCallEvent(event);
    if (!ready.ok) return ready;
    if (this.#hasExited || this.#intent !== null) return refuse('unavailable', `${this.#spec.app} is not running`);
    return this.#queue.add(ready.value.event, ready.value.payload, () => this.#pump());
  }

  async probe(): Promise<Outcome<void>> {
    if (this.#hasExited) return refuse('health_failed', `${this.#spec.app} is not running`);
    const { http } = this.#spec.release.health;
    if (http !== undefined) return this.#probeHttp(http.path);
    // A guest that pulls its triggers cannot be asked while it runs; it lives, and its watchdog is awake.
    if (this.#running?.event.on === 'start' || !this.#session.handlers.has('health')) return succeed(undefined);
    const outcome = await this.#queue.add({ on: 'health' }, new Uint8Array(0), () => this.#pump());
    return outcome.ok ? succeed(undefined) : refuse('health_failed', outcome.problems[0]?.message ?? 'no reason given');
  }

  async usage(): Promise<InstanceUsage> {
    this.#measure();
    const { sentBytes, receivedBytes } = this.#session.traffic;
    const callP50Ms = this.#durations.quantile(0.5);
    const callP99Ms = this.#durations.quantile(0.99);
    return {
      source: 'proc',
      isolation: 'process',
      ...this.#lastUsage,
      modulePeakBytes: this.#session.peakBytes,
      ...this.#counts,
      limitsHit: this.#counts.limitsHit + this.#governor.throttled,
      ...(callP50Ms === undefined || callP99Ms === undefined ? {} : { callP50Ms, callP99Ms }),
      sentBytes,
      receivedBytes,
    };
  }

  async stop(graceMs: number): Promise<void> {
    if (!this.#hasExited) {
      this.#intent ??= { kind: 'stop' };
      this.#queue.drain(refuse('unavailable', `${this.#spec.app} is being stopped`));
      this.#waiting?.(null);
      this.#governor.end();
      this.#session.process.close();
      const timer = setTimeout(() => this.#session.process.signal('SIGKILL'), graceMs);
      await this.exited;
      clearTimeout(timer);
    }
  }

  /** The guest asks for a trigger from inside `start`. */
  async next(timeoutMs: number): Promise<PulledTrigger | null> {
    this.#settlePulled({ ok: true, value: {} });
    if (this.#running?.event.on !== 'start') return null;
    this.#idle(true);
    const job = this.#queue.take() ?? (await this.#nextJob(timeoutMs));
    this.#idle(false);
    if (job === null) return null;
    this.#counts.calls += 1;
    this.#pulled = { job, atMs: performance.now() };
    return job;
  }

  /** The guest answers the http trigger that it pulled last. */
  answer(answer: HttpAnswer): boolean {
    if (this.#pulled?.job.event.on !== 'http') return false;
    this.#settlePulled({ ok: true, value: { answer } });
    return true;
  }

  /** The guest sleeps in its `start`, or goes on. Sleep in any other call is time of that call. */
  idle(isIdle: boolean): void {
    if (this.#running?.event.on === 'start') this.#idle(isIdle);
  }

  #idle(isIdle: boolean): void {
    if (isIdle) this.#watchdog.end();
    else this.#watchdog.begin();
  }

  #nextJob(timeoutMs: number): Promise<Job | null> {
    const { promise, resolve } = Promise.withResolvers<Job | null>();
    // A timer of Node holds 31 bits; a guest that waits "for ever" is woken after 24 days and asks again.
    const timer = setTimeout(() => resolve(null), Math.min(timeoutMs, 2 ** 31 - 1));
    this.#waiting = resolve;
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting = null;
    });
  }

  #pump(): void {
    if (this.#waiting !== null) {
      const job = this.#queue.take();
      if (job !== undefined) this.#waiting(job);
    } else if (this.#running === null) {
      const job = this.#queue.take();
      if (job !== undefined) void this.#run(job);
    }
  }

  async #run(job: Job): Promise<void> {
    this.#running = job;
    const beganMs = performance.now();
    if (job.event.on !== 'health') this.#counts.calls += 1;
    this.#watchdog.begin();
    this.#governor.begin();
    const end = await this.#session.call(job.event, job.payload);
    this.#watchdog.end();
    this.#governor.end();
    if (end === null) return;
    this.#running = null;
    if (job.event.on !== 'health' && job.event.on !== 'start') this.#durations.add(performance.now() - beganMs);
    this.#count(job, end.outcome);
    this.#settlePulled(end.outcome);
    job.settle(end.outcome);
    if (job.event.on === 'start') this.#afterStart(end);
    if (this.#intent === null) this.#pump();
  }

  /** A program that was all the release has is over; one whose start failed is not running. */
  #afterStart({ outcome, exitCode }: CallEnd): void {
    const isOnlyStart = this.#spec.release.triggers.every((trigger) => trigger.on === 'start');
    if (exitCode !== null && (isOnlyStart || exitCode !== 0)) this.#end({ kind: 'ended', exitCode });
    else if (!outcome.ok) this.#end({ kind: 'failed', message: outcome.problems[0]?.message ?? 'start failed' });
  }

  #end(intent: Intent): void {
    this.#intent ??= intent;
    this.#session.process.signal('SIGKILL');
  }

  #settlePulled(outcome: CallOutcome): void {
    if (this.#pulled === null) return;
    const { job, atMs } = this.#pulled;
    this.#pulled = null;
    this.#durations.add(performance.now() - atMs);
    this.#count(job, outcome);
    job.settle(outcome);
  }

  #count(job: Job, outcome: CallOutcome): void {
    if (outcome.ok) return;
    if (job.event.on !== 'health') this.#counts.errors += 1;
    if (outcome.problems.some((problem) => problem.code === 'memory_limit')) this.#counts.limitsHit += 1;
  }

  async #probeHttp(path: string): Promise<Outcome<void>> {
    const event: TriggerEvent = { on: 'http', method: 'GET', path, query: '', headers: {}, body: new Uint8Array(0) };
    const outcome = await this.call(event);
    if (!outcome.ok) return refuse('health_failed', outcome.problems[0]?.message ?? 'no reason given');
    const status = outcome.value.answer?.status ?? 0;
    return status >= 200 && status < 400 ? succeed(undefined) : refuse('health_failed', `${path} answered ${status}`);
  }

  /** Keeps the last figures, because a process that is gone has none. */
  #measure(): void {
    const { pid } = this.#session.process;
    if (pid === undefined || this.#hasExited) return;
    this.#lastUsage = {
      cpuMs: processCpuMs(pid) ?? this.#lastUsage.cpuMs,
      memoryBytes: processMemoryBytes(pid) ?? this.#lastUsage.memoryBytes,
    };
  }

  #finish(reason: ExitReason): ExitReason {
    this.#hasExited = true;
    this.#watchdog.end();
    this.#governor.end();
    this.#waiting?.(null);
    const isLimit = reason.kind === 'crashed' && (reason.code === 'wall_limit' || reason.code === 'memory_limit');
    if (isLimit) this.#counts.limitsHit += 1;
    const outcome: CallOutcome =
      reason.kind === 'crashed'
        ? refuse(reason.code, reason.message)
        : refuse('unavailable', `${this.#spec.app} is not running any more`);
    for (const job of [this.#pulled?.job, this.#running]) {
      if (job === undefined || job === null) continue;
      this.#counts.errors += reason.kind === 'crashed' ? 1 : 0;
      job.settle(outcome);
    }
    this.#pulled = null;
    this.#running = null;
    this.#queue.drain(outcome);
    return reason;
  }
}
