import { type Outcome, refuse } from '@wherry/protocol';
import type { CallOutcome, ExitReason, Instance, InstanceUsage, TriggerEvent } from '../../port.ts';
import { WASM_BOUNDS } from '../bounds.ts';
import { toCallEvent } from '../call-event.ts';
import { CallQueue, type Job } from '../call-queue.ts';
import type { WasmInstance } from '../instance.ts';
import { Settling } from '../settling.ts';
import { chooseLane, type LaneFacts, laneCount } from './lane-choice.ts';
import { addFigures, figuresOf, type LaneFigures, NO_FIGURES } from './lane-usage.ts';

/**
 * A program that answers several requests at once. Its first instance has all triggers with a concurrency of 1, and the probes, one
 * at a time, and ends the program when it crashes. Each lane is one more instance in a runner of its own, for one request at a time;
 * it is asleep until a request needs it, and again when it has been idle for a while. A lane that falls is replaced and disturbs
 * nobody; when as many fall in a row as there are, without an answer between, the program has crashed.
 */
export interface LanedOptions {
  readonly app: string;
  readonly first: WasmInstance;
  /** One more instance, asleep, whose calls are counted with those of the first. */
  readonly makeLane: () => WasmInstance;
  readonly widths: ReadonlyMap<string, number>;
  /** May one more runner be woken without waiting for other programs? */
  readonly hasRoom: () => boolean;
  readonly wallMs: number;
}

interface Lane {
  instance: WasmInstance;
  path: string | null;
}

export class LanedInstance implements Instance {
  readonly exited: Promise<ExitReason>;
  readonly #options: LanedOptions;
  readonly #queue = new CallQueue(WASM_BOUNDS.queuedRequests);
  readonly #lanes: readonly Lane[];
  readonly #settling = new Settling(() => this.#queue.isEmpty && this.#lanes.every(({ path }) => path === null));
  /** Of runners that fell. */
  #past: LaneFigures = NO_FIGURES;
  #fallenInRow = 0;
  #isOver = false;
  #settleExited: (reason: ExitReason) => void;

  constructor(options: LanedOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<ExitReason>();
    this.exited = promise;
    this.#settleExited = resolve;
    this.#lanes = Array.from({ length: laneCount(options.widths) }, () => this.#open());
    const drainMs = Math.min(options.wallMs, WASM_BOUNDS.laneDrainMs);
    void options.first.exited.then((reason) => this.#end(reason, drainMs));
  }

  async call(event: TriggerEvent): Promise<CallOutcome> {
    const { app, first, widths } = this.#options;
    if (event.on !== 'http' || !widths.has(event.path)) return first.call(event);
    if (this.#isOver) return refuse('unavailable', `${app} is not running`);
    const ready = toCallEvent(event);
    return ready.ok ? this.#queue.add(ready.value.event, ready.value.payload, () => this.#look()) : ready;
  }

  probe(): Promise<Outcome<void>> {
    return this.#options.first.probe();
  }

  async usage(): Promise<InstanceUsage> {
    const lanes = await Promise.all(this.#lanes.map(({ instance }) => instance.usage()));
    // Asked last: what the lanes have found by now is in its counts.
    const first = await this.#options.first.usage();
    return { ...first, ...[...lanes.map(figuresOf), this.#past].reduce(addFigures, figuresOf(first)) };
  }

  async settled(limitMs: number): Promise<boolean> {
    const both = await Promise.all([this.#options.first.settled(limitMs), this.#settling.wait(limitMs)]);
    return both.every(Boolean);
  }

  async stop(graceMs: number): Promise<void> {
    void this.#end({ kind: 'stopped' }, 0);
    await this.#stopAll(graceMs);
    await this.exited;
  }

  #stopAll(graceMs: number): Promise<unknown> {
    return Promise.all(
      [this.#options.first, ...this.#lanes.map(({ instance }) => instance)].map((i) => i.stop(graceMs)),
    );
  }

  /** Requests that run may end, for `drainMs`; those that wait are refused. */
  async #end(reason: ExitReason, drainMs: number): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#queue.drain(refuse('unavailable', `${this.#options.app} is not running any more`));
    if (drainMs > 0) await this.#settling.wait(drainMs);
    if (reason.kind !== 'stopped') await this.#stopAll(0);
    await Promise.all([this.#options.first, ...this.#lanes.map(({ instance }) => instance)].map((i) => i.exited));
    this.#settleExited(reason);
  }

  #open(): Lane {
    const lane: Lane = { instance: this.#options.makeLane(), path: null };
    this.#watch(lane);
    return lane;
  }

  #watch(lane: Lane): void {
    const { instance } = lane;
    void instance.exited.then(async (reason) => {
      if (this.#isOver) return;
      lane.instance = this.#options.makeLane();
      this.#watch(lane);
      this.#past = addFigures(this.#past, figuresOf(await instance.usage()));
      this.#fallenInRow += 1;
      if (this.#fallenInRow >= this.#lanes.length) void this.#end(reason, 0);
      this.#look();
    });
  }

  #look(): void {
    for (;;) {
      const waiting = this.#queue.waiting.map(pathOf);
      const facts = this.#lanes.map(({ instance, path }): LaneFacts => ({ phase: instance.phase, path }));
      const choice = chooseLane(waiting, facts, this.#options.widths, this.#options.hasRoom());
      const lane = choice && this.#lanes[choice.lane];
      const job = choice && this.#queue.takeAt(choice.waiting);
      if (!lane || !job) break;
      void this.#run(lane, job);
    }
    this.#settling.look();
  }

  async #run(lane: Lane, job: Job): Promise<void> {
    if (job.event.on !== 'http') throw new TypeError('lanes are for requests');
    lane.path = job.event.path;
    const outcome = await lane.instance.call({ ...job.event, body: job.payload });
    lane.path = null;
    if (outcome.ok) this.#fallenInRow = 0;
    job.settle(outcome);
    this.#look();
  }
}

function pathOf({ event }: Job): string {
  return event.on === 'http' ? event.path : '';
}
