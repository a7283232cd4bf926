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
import { WASM_BOUNDS } from './bounds.ts';
import { toCallEvent } from './call-event.ts';
import { CallQueue, type Job } from './call-queue.ts';
import { CpuGovernor } from './cpu-governor.ts';
import { Durations } from './durations.ts';
import { exitReasonOf, type Intent } from './exit-reason.ts';
import type { SessionHooks } from './open-session.ts';
import type { Places, Sleeper } from './places.ts';
import { PulledTriggers } from './pulled-triggers.ts';
import type { CallEnd, PulledTrigger, RunnerSession } from './runner-session.ts';
import { SessionMeter } from './session-meter.ts';
import { Watchdog } from './watchdog.ts';

/**
 * A release at work in its runner. Calls run one at a time. While a `start` call lasts, the guest may pull further triggers
 * (`trigger_next`); a pulled trigger has succeeded when the guest asks for the next one, or answers it. With `parking`, the runner of
 * a program that nothing calls is ended, and the next trigger begins a new one (parking.ts says which programs may).
 */
export interface Parking {
  readonly places: Places;
  readonly parkAfterMs: number;
}

export type OpenRunner = (hooks: SessionHooks) => Promise<Outcome<RunnerSession>>;

export class WasmInstance implements Instance, Sleeper {
  readonly exited: Promise<ExitReason>;
  readonly #spec: WorkloadSpec;
  readonly #open: OpenRunner;
  readonly #parking: Parking | null;
  readonly #queue = new CallQueue();
  readonly #durations = new Durations();
  readonly #meter = new SessionMeter();
  readonly #watchdog: Watchdog;
  readonly #governor: CpuGovernor;
  /** Null while parked. */
  #session: RunnerSession | null = null;
  #running: Job | null = null;
  readonly #pulled = new PulledTriggers(this.#queue, (job, outcome, durationMs) => {
    this.#durations.add(durationMs);
    this.#count(job, outcome);
    job.settle(outcome);
  });
  #parkTimer: NodeJS.Timeout | undefined;
  #intent: Intent | null = null;
  #hasExited = false;
  #settleExited: (reason: ExitReason) => void;
  #counts = { calls: 0, errors: 0, limitsHit: 0 };

  private constructor(spec: WorkloadSpec, open: OpenRunner, parking: Parking | null) {
    this.#spec = spec;
    this.#open = open;
    this.#parking = parking;
    const { wallMs, cpuShare } = spec.release.limits;
    this.#watchdog = new Watchdog(wallMs, () => this.#end({ kind: 'wall', wallMs }));
    this.#governor = new CpuGovernor(
      {
        cpuMs: () => this.#meter.cpuMs(),
        pause: () => this.#session?.process.signal('SIGSTOP'),
        resume: () => this.#session?.process.signal('SIGCONT'),
      },
      cpuShare,
    );
    const { promise, resolve } = Promise.withResolvers<ExitReason>();
    this.exited = promise;
    this.#settleExited = resolve;
  }

  /** Codes: those of openSession. */
  static async start(spec: WorkloadSpec, open: OpenRunner, parking: Parking | null): Promise<Outcome<WasmInstance>> {
    const instance = new WasmInstance(spec, open, parking);
    const woken = await instance.#wake();
    if (!woken.ok) return woken;
    instance.#rest();
    return succeed(instance);
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
    if (http !== undefined && this.#session !== null) return this.#probeHttp(http.path);
    // A guest that pulls its triggers cannot be asked while it runs; it lives, and its watchdog is awake.
    // One that is parked answered its last call or probe, and is not woken only to be asked again.
    if (this.#running?.event.on === 'start' || !this.#session?.handlers.has('health')) return succeed(undefined);
    const outcome = await this.#queue.add({ on: 'health' }, new Uint8Array(0), () => this.#pump());
    return outcome.ok ? succeed(undefined) : refuse('health_failed', outcome.problems[0]?.message ?? 'no reason given');
  }

  async usage(): Promise<InstanceUsage> {
    const callP50Ms = this.#durations.quantile(0.5);
    const callP99Ms = this.#durations.quantile(0.99);
    return {
      source: 'proc',
      isolation: 'process',
      ...this.#meter.totals(),
      ...this.#counts,
      limitsHit: this.#counts.limitsHit + this.#governor.throttled,
      ...(callP50Ms === undefined || callP99Ms === undefined ? {} : { callP50Ms, callP99Ms }),
    };
  }

  async stop(graceMs: number): Promise<void> {
    if (this.#hasExited) return;
    this.#intent ??= { kind: 'stop' };
    clearTimeout(this.#parkTimer);
    this.#queue.drain(refuse('unavailable', `${this.#spec.app} is being stopped`));
    this.#pulled.stopWaiting();
    this.#governor.end();
    if (this.#session === null && this.#running === null) this.#finish({ kind: 'stopped' });
    this.#session?.process.close();
    const timer = setTimeout(() => this.#session?.process.signal('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** Ends the runner of a program that does nothing; its next call begins a new one. */
  park(): void {
    clearTimeout(this.#parkTimer);
    const session = this.#session;
    if (session === null || this.#running !== null || this.#intent !== null) return;
    this.#parking?.places.busy(this);
    this.#meter.detach();
    this.#session = null;
    session.process.close();
    const timer = setTimeout(() => session.process.signal('SIGKILL'), WASM_BOUNDS.parkGraceMs);
    void session.exited.then(() => clearTimeout(timer));
  }

  /** The guest asks for a trigger from inside `start`. */
  async next(timeoutMs: number): Promise<PulledTrigger | null> {
    this.#pulled.settle({ ok: true, value: {} });
    if (this.#running?.event.on !== 'start') return null;
    this.#idle(true);
    const job = await this.#pulled.next(timeoutMs);
    this.#idle(false);
    if (job !== null) this.#counts.calls += 1;
    return job;
  }

  /** The guest answers the http trigger that it pulled last. */
  answer(answer: HttpAnswer): boolean {
    return this.#pulled.answer(answer);
  }

  /** The guest sleeps in its `start`, or goes on. Sleep in any other call is time of that call. */
  idle(isIdle: boolean): void {
    if (this.#running?.event.on === 'start') this.#idle(isIdle);
  }

  #idle(isIdle: boolean): void {
    if (isIdle) this.#watchdog.end();
    else this.#watchdog.begin();
  }

  #pump(): void {
    if (this.#pulled.offer() || this.#running !== null) return;
    const job = this.#queue.take();
    if (job !== undefined) void this.#run(job);
  }

  /** A runner for this program, which has none. It takes a place that is given back when the runner is gone. */
  async #wake(): Promise<Outcome<RunnerSession>> {
    await this.#parking?.places.take();
    const opened = await this.#open({
      onNext: (timeoutMs) => this.next(timeoutMs),
      onAnswer: (answer) => this.answer(answer),
      onIdle: (isIdle) => this.idle(isIdle),
    });
    if (!opened.ok) {
      this.#parking?.places.giveBack();
      return opened;
    }
    const session = opened.value;
    this.#session = session;
    this.#meter.attach(session);
    void session.exited.then((exit) => {
      this.#parking?.places.giveBack();
      if (this.#session === session) this.#finish(exitReasonOf(exit, this.#intent));
    });
    return opened;
  }

  /** Nothing is left to do: from now on the program may be parked. */
  #rest(): void {
    if (this.#parking === null || this.#running !== null || this.#session === null) return;
    this.#parkTimer = setTimeout(() => this.park(), this.#parking.parkAfterMs).unref();
    this.#parking.places.idle(this);
  }

  async #run(job: Job): Promise<void> {
    this.#running = job;
    clearTimeout(this.#parkTimer);
    this.#parking?.places.busy(this);
    if (job.event.on !== 'health') this.#counts.calls += 1;
    const awake = this.#session === null ? await this.#wake() : succeed(this.#session);
    if (!awake.ok || this.#intent !== null) return this.#giveUp(job, awake);
    const beganMs = performance.now();
    this.#watchdog.begin();
    this.#governor.begin();
    const end = await awake.value.call(job.event, job.payload);
    this.#watchdog.end();
    this.#governor.end();
    if (end === null) return;
    this.#running = null;
    if (job.event.on !== 'health' && job.event.on !== 'start') this.#durations.add(performance.now() - beganMs);
    this.#count(job, end.outcome);
    this.#pulled.settle(end.outcome);
    job.settle(end.outcome);
    if (job.event.on === 'start') this.#afterStart(end);
    if (this.#intent === null) this.#pump();
    this.#rest();
  }

  /** The program could not be woken, or was stopped meanwhile. */
  #giveUp(job: Job, awake: Outcome<RunnerSession>): void {
    this.#running = null;
    const outcome = awake.ok ? refuse('unavailable', `${this.#spec.app} is being stopped`) : awake;
    this.#count(job, outcome);
    job.settle(outcome);
    if (this.#intent === null) this.#pump();
    else if (awake.ok) awake.value.process.close();
    else this.#finish({ kind: 'stopped' });
  }

  /** A program that was all the release has is over; one whose start failed is not running. */
  #afterStart({ outcome, exitCode }: CallEnd): void {
    const isOnlyStart = this.#spec.release.triggers.every((trigger) => trigger.on === 'start');
    if (exitCode !== null && (isOnlyStart || exitCode !== 0)) this.#end({ kind: 'ended', exitCode });
    else if (!outcome.ok) this.#end({ kind: 'failed', message: outcome.problems[0]?.message ?? 'start failed' });
  }

  #end(intent: Intent): void {
    this.#intent ??= intent;
    this.#session?.process.signal('SIGKILL');
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

  #finish(reason: ExitReason): void {
    if (this.#hasExited) return;
    this.#hasExited = true;
    clearTimeout(this.#parkTimer);
    this.#parking?.places.busy(this);
    this.#meter.detach();
    this.#watchdog.end();
    this.#governor.end();
    const pulled = this.#pulled.abandon();
    const isLimit = reason.kind === 'crashed' && (reason.code === 'wall_limit' || reason.code === 'memory_limit');
    if (isLimit) this.#counts.limitsHit += 1;
    const outcome: CallOutcome =
      reason.kind === 'crashed'
        ? refuse(reason.code, reason.message)
        : refuse('unavailable', `${this.#spec.app} is not running any more`);
    for (const job of [pulled, this.#running]) {
      if (job === null) continue;
      this.#counts.errors += reason.kind === 'crashed' ? 1 : 0;
      job.settle(outcome);
    }
    this.#running = null;
    this.#queue.drain(outcome);
    this.#settleExited(reason);
  }
}
