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
import { CallGuard } from './call-guard.ts';
import { CallQueue, isOwn, type Job } from './call-queue.ts';
import { CallStatistics } from './call-statistics.ts';
import type { Ears } from './ears.ts';
import { exitReasonOf, type Intent } from './exit-reason.ts';
import { stateOf } from './instance-state.ts';
import type { Parking } from './parking.ts';
import type { Sleeper } from './places.ts';
import { probeByHttp } from './probe-by-http.ts';
import { PulledTriggers } from './pulled-triggers.ts';
import type { RunnerExit } from './runner-handle.ts';
import type { CallEnd, PulledTrigger, RunnerSession } from './runner-session.ts';
import { type OpenRunner, Seat } from './seat.ts';
import { Settling } from './settling.ts';

/**
 * A release at work in its runner. Calls run one at a time. While a `start` call lasts, the guest may pull further triggers
 * (`trigger_next`); a pulled trigger has succeeded when the guest asks for the next one, or answers it. With `parking`, the runner of
 * a program that nothing calls is ended, and the next trigger begins a new one (parking.ts says which programs may).
 */
export class WasmInstance implements Instance, Sleeper {
  readonly exited: Promise<ExitReason>;
  readonly #spec: WorkloadSpec;
  readonly #parking: Parking | null;
  readonly #ears: Ears;
  readonly #queue = new CallQueue();
  readonly #seat: Seat;
  readonly #guard: CallGuard;
  readonly #statistics: CallStatistics;
  #running: Job | null = null;
  readonly #pulled = new PulledTriggers(this.#queue, (job, outcome, durationMs) => {
    this.#statistics.took(durationMs);
    this.#count(job, outcome);
    job.settle(outcome);
    this.#settling.look();
  });
  readonly #settling = new Settling(() => this.#isSettled());
  readonly state = stateOf(
    () => this.#seat.session?.handlers,
    this.#queue,
    () => this.#pump(),
  );
  #parkTimer: NodeJS.Timeout | undefined;
  #intent: Intent | null = null;
  #hasExited = false;
  #settleExited: (reason: ExitReason) => void;

  /** Asleep: its first call, or `start`, begins its runner. Instances of one program may share their counts. */
  constructor(spec: WorkloadSpec, open: OpenRunner, parking: Parking | null, ears: Ears = {}, counts?: CallStatistics) {
    this.#spec = spec;
    this.#parking = parking;
    this.#ears = ears;
    this.#statistics = counts ?? new CallStatistics((hit) => ears.limitHit?.(hit));
    this.#seat = new Seat(open, parking, (exit) => this.#fell(exit));
    this.#guard = new CallGuard(spec.release.limits, this.#seat.guarded, (hit) => this.#end({ kind: 'limit', hit }));
    const { promise, resolve } = Promise.withResolvers<ExitReason>();
    this.exited = promise;
    this.#settleExited = resolve;
  }

  /** Codes: those of openSession. */
  static async start(...parts: ConstructorParameters<typeof WasmInstance>): Promise<Outcome<WasmInstance>> {
    const instance = new WasmInstance(...parts);
    const woken = await instance.#wake();
    if (!woken.ok) return woken;
    instance.#rest();
    return succeed(instance);
  }

  get phase(): 'awake' | 'asleep' | 'ending' {
    if (this.#hasExited || this.#intent !== null) return 'ending';
    return this.#seat.session === null ? 'asleep' : 'awake';
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
    if (http !== undefined && this.#seat.session !== null) return probeByHttp(http.path, (event) => this.call(event));
    // A guest that pulls its triggers cannot be asked while it runs; it lives, and its watchdog is awake.
    // One that is parked answered its last call or probe, and is not woken only to be asked again.
    if (this.#running?.event.on === 'start' || !this.#seat.session?.handlers.has('health')) return succeed(undefined);
    const outcome = await this.#queue.add({ on: 'health' }, new Uint8Array(0), () => this.#pump());
    return outcome.ok ? succeed(undefined) : refuse('health_failed', outcome.problems[0]?.message ?? 'no reason given');
  }

  async usage(): Promise<InstanceUsage> {
    const { fuel } = this.#spec.release.limits;
    this.#statistics.hit(this.#guard.takePause());
    const throttledMs = this.#guard.throttledMs();
    return { ...this.#seat.meter.totals(), throttledMs, ...this.#statistics.figures(fuel !== undefined) };
  }

  settled = (limitMs: number): Promise<boolean> => this.#settling.wait(limitMs);

  /** What a `start` call does by itself has no end that could be waited for. */
  #isSettled(): boolean {
    const isCalled = this.#running !== null && this.#running.event.on !== 'start';
    return this.#hasExited || (this.#queue.isEmpty && !isCalled && !this.#pulled.isBusy);
  }

  async stop(graceMs: number): Promise<void> {
    if (this.#hasExited) return;
    this.#intent ??= { kind: 'stop' };
    clearTimeout(this.#parkTimer);
    this.#queue.drain(refuse('unavailable', `${this.#spec.app} is being stopped`));
    this.#pulled.stopWaiting();
    this.#guard.end();
    if (this.#seat.session === null && this.#running === null) this.#finish({ kind: 'stopped' });
    this.#seat.session?.process.close();
    const timer = setTimeout(() => this.#seat.session?.process.signal('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** Ends the runner of a program that does nothing; its next call begins a new one. */
  park(): void {
    clearTimeout(this.#parkTimer);
    if (this.#seat.session === null || this.#running !== null || this.#intent !== null) return;
    this.#parking?.places.busy(this);
    this.#seat.park();
  }

  /** The guest asks for a trigger from inside `start`. */
  async next(timeoutMs: number): Promise<PulledTrigger | null> {
    this.#pulled.settle({ ok: true, value: {} });
    if (this.#running?.event.on !== 'start') return null;
    this.#idle(true);
    const job = await this.#pulled.next(timeoutMs);
    this.#idle(false);
    if (job === null) return null;
    this.#statistics.began();
    this.#guard.beginPulled();
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
    this.#guard.idle(isIdle);
  }

  #pump(): void {
    if (this.#pulled.offer() || this.#running !== null) return;
    const job = this.#queue.take();
    if (job !== undefined) void this.#run(job);
  }

  #wake(): Promise<Outcome<RunnerSession>> {
    return this.#seat.wake({
      onNext: (timeoutMs) => this.next(timeoutMs),
      onAnswer: (answer) => this.answer(answer),
      onIdle: (isIdle) => this.idle(isIdle),
    });
  }

  #fell(exit: RunnerExit): void {
    if (exit.byNeighbour !== undefined && this.#intent === null) return void this.#beginAgain(exit.byNeighbour);
    const memory = { limitBytes: this.#spec.release.limits.memoryBytes, peakBytes: this.#seat.meter.peakBytes };
    this.#finish(exitReasonOf(exit, this.#intent, memory));
  }

  /** A neighbour in the same process took this program with it: what was under way is lost, and a `start` is run once more. */
  #beginAgain(reason: string): void {
    this.#guard.end();
    this.#seat.leave();
    const [pulled, running] = [this.#pulled.abandon(), this.#running];
    this.#running = null;
    const lost = refuse('unavailable', `${this.#spec.app} is started again: ${reason}`);
    const isStart = running?.event.on === 'start';
    for (const job of isStart ? [pulled] : [pulled, running]) {
      if (job === null) continue;
      this.#count(job, lost);
      job.settle(lost);
    }
    this.#ears.restarted?.(reason);
    if (running !== null && isStart) void this.#run(running);
    else this.#pump();
    this.#settling.look();
  }

  /** Nothing is left to do: from now on the program may be parked. */
  #rest(): void {
    if (this.#parking === null || this.#running !== null || this.#seat.session === null) return;
    this.#parkTimer = setTimeout(() => this.park(), this.#parking.parkAfterMs).unref();
    this.#parking.places.idle(this);
  }

  async #run(job: Job): Promise<void> {
    this.#running = job;
    clearTimeout(this.#parkTimer);
    this.#parking?.places.busy(this);
    if (!isOwn(job)) this.#statistics.began();
    const awake = await this.#wake();
    if (!awake.ok || this.#intent !== null) return this.#giveUp(job, awake);
    const beganMs = performance.now();
    this.#guard.begin();
    const end = await awake.value.call(job.event, job.payload);
    this.#guard.end();
    this.#statistics.hit(this.#guard.takePause());
    if (end === null) return;
    this.#running = null;
    this.#statistics.burned(end.fuel);
    this.#statistics.hit(...end.hits);
    if (!isOwn(job) && job.event.on !== 'start') this.#statistics.took(performance.now() - beganMs);
    this.#count(job, end.outcome);
    this.#pulled.settle(end.outcome);
    job.settle(end.outcome);
    if (job.event.on === 'start') this.#afterStart(end);
    if (this.#intent === null) this.#pump();
    this.#settling.look();
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
    this.#settling.look();
  }

  /** A program that was all the release has is over; one whose start failed is not running. */
  #afterStart({ outcome, exitCode }: CallEnd): void {
    const isOnlyStart = this.#spec.release.triggers.every((trigger) => trigger.on === 'start');
    if (exitCode !== null && (isOnlyStart || exitCode !== 0)) this.#end({ kind: 'ended', exitCode });
    else if (!outcome.ok) this.#end({ kind: 'failed', message: outcome.problems[0]?.message ?? 'start failed' });
  }

  #end(intent: Intent): void {
    if (this.#intent === null && intent.kind === 'limit') this.#statistics.hit(intent.hit);
    this.#intent ??= intent;
    this.#seat.session?.process.signal('SIGKILL');
  }

  #count(job: Job, outcome: CallOutcome): void {
    if (!outcome.ok && !isOwn(job)) this.#statistics.failed();
  }

  #finish(reason: ExitReason): void {
    if (this.#hasExited) return;
    this.#hasExited = true;
    clearTimeout(this.#parkTimer);
    this.#parking?.places.busy(this);
    this.#guard.end();
    this.#seat.leave();
    const pulled = this.#pulled.abandon();
    const limit = reason.kind === 'crashed' && reason.limit ? { limit: reason.limit } : {};
    // A limit that we ended it for was told when it was exceeded; others show in how it ended.
    if (this.#intent?.kind !== 'limit') this.#statistics.hit(limit.limit);
    const outcome: CallOutcome =
      reason.kind === 'crashed'
        ? { ...refuse(reason.code, reason.message), ...limit }
        : refuse('unavailable', `${this.#spec.app} is not running any more`);
    for (const job of [pulled, this.#running]) {
      if (job === null) continue;
      if (reason.kind === 'crashed') this.#statistics.failed();
      job.settle(outcome);
    }
    this.#running = null;
    this.#queue.drain(outcome);
    this.#settleExited(reason);
    this.#settling.look();
  }
}
