import type { Deployment, DeviceFit, Env, LifecycleEvent } from '@wherry/agent/core';
import type { OutboxBody } from '@wherry/agent/drain';
import type { DesiredWorkload, WorkloadStatus } from '@wherry/protocol';
import { BLOB_BYTES } from '../releases.ts';
import type { SimDevice, Stage } from '../stage.ts';
import { APP, type Disk, type Document, emptyDisk, type Running } from './disk.ts';
import { execute } from './executors.ts';
import { DeviceLink } from './link.ts';

/**
 * One device: what shell/loop.ts, shell/intake.ts and shell/reporter.ts do around the real lifecycle, with a disk that survives, and
 * memory, processes and sessions that do not. Its power may go before any effect.
 */
const SEEN_MAX = 4;
const START_EPOCH_MS = 1_800_000_000_000;
const MONTH_ENDS_MS = START_EPOCH_MS + 14 * 86_400_000;

export class Device implements SimDevice {
  readonly name: string;
  readonly index: number;
  readonly fit: DeviceFit;
  readonly isLiar: boolean;
  readonly link: DeviceLink;
  readonly world: Stage;
  disk: Disk = emptyDisk();
  isPowered = false;
  /** Counts starts: no answer outlives the process that asked. */
  life = 0;
  boot = '';
  state: Deployment | null = null;
  running: Running | null = null;
  beside: Running | null = null;
  bound: number | null = null;
  passed: number | null = null;
  /** Wall clock less true time. */
  clockSkewMs = 0;
  isMetered = false;
  budgetBytes: number | null = null;
  /** Desired states that came, for whoever sends them again. */
  readonly seen: Document[] = [];
  /** Effects that are still carried out before the power goes; null: all. */
  effectsLeft: number | null = null;
  #seq = 0;
  #lastTicket = 0;
  #told: WorkloadStatus | null | undefined;
  #toldGeneration = -1;
  #hasBegun = false;

  constructor(world: Stage, index: number, fit: DeviceFit, isLiar: boolean) {
    this.world = world;
    this.index = index;
    this.name = `pi-${String(index).padStart(4, '0')}`;
    this.fit = fit;
    this.isLiar = isLiar;
    this.link = new DeviceLink(world, this);
  }

  get generation(): number {
    return this.disk.accepted?.state.generation ?? 0;
  }

  nowMs(): number {
    return START_EPOCH_MS + this.world.timeline.nowMs + this.clockSkewMs;
  }

  /** Recovery: the record, then the whole state is told, then the accepted desired state is planned again. */
  powerOn(): void {
    if (this.isPowered) return;
    this.isPowered = true;
    this.life += 1;
    const { life } = this;
    this.boot = `${this.index.toString(16).padStart(16, '0')}${life.toString(16).padStart(16, '0')}`;
    this.#seq = 0;
    this.#lastTicket = 0;
    this.#told = undefined;
    this.#hasBegun = false;
    this.world.tell(this.name, 'starts');
    if (this.world.random.chance(this.world.healed ? 0 : this.world.weather.decay)) this.#decay();
    const { record } = this.disk;
    this.state = record === null ? null : this.world.machines.agent.restore(record);
    if (this.state !== null) this.dispatch({ type: 'boot' });
    if (this.life !== life || !this.isPowered) return;
    this.#tellAll();
    if (this.disk.accepted !== null) this.#apply(this.disk.accepted);
  }

  powerOff(): void {
    if (!this.isPowered) return;
    this.isPowered = false;
    this.effectsLeft = null;
    this.life += 1;
    this.running = null;
    this.beside = null;
    this.bound = null;
    this.state = null;
    this.link.lose();
    this.world.tell(this.name, 'has no power');
    this.world.timeline.after(this.world.random.between(1_000, 30_000), () => {
      this.powerOn();
      this.world.timeline.after(this.world.random.between(500, 5_000), () => this.link.connect());
    });
  }

  dispatch(event: LifecycleEvent): void {
    if (!this.isPowered) return;
    this.world.steps += 1;
    const before = this.state;
    const { agent } = this.world.machines;
    const env = {
      nowMs: this.nowMs(),
      uptimeMs: this.world.timeline.nowMs,
      random: this.world.random.next(),
      device: this.fit,
      lastTicket: this.#lastTicket,
      ...this.#link(),
    };
    const { state, effects } = agent.step(before, event, env);
    if (this.world.isTracing && (state?.record !== before?.record || effects.length > 0))
      this.world.tell(
        this.name,
        `${event.type} → ${state?.record.phase ?? 'gone'} [${effects.map(({ kind }) => kind).join(' ')}]`,
      );
    if (this.cut()) return;
    if (state !== null && state.record !== before?.record) {
      this.world.checks.saving(this, this.disk.record, state.record);
      this.disk.record = state.record;
    }
    this.world.checks.advanced(this, before, state, { effects, env });
    this.state = state;
    this.#lastTicket = Math.max(this.#lastTicket, state?.lastTicket ?? 0);
    if (state !== before) this.#tellNews(state);
    for (const effect of effects) {
      if (effect.kind === 'forget') this.disk.record = null;
      else if (effect.kind === 'quarantine') {
        const known = this.disk.quarantine.get(effect.release) ?? 0;
        this.disk.quarantine.set(effect.release, Math.max(known, effect.attempt));
      } else if (effect.kind === 'report') {
        const { severity, name, message } = effect;
        const body = { type: 'event', severity, name, app: APP, message: message.slice(0, 2_000) } as never;
        this.#append({ kind: 'report', body });
      }
    }
    for (const effect of effects) {
      if (agent.isLedger(effect)) continue;
      if (this.cut()) return;
      execute(this, effect);
    }
  }

  /** What it may download over; where links play no part, any link without limit. */
  #link(): Pick<Env, 'link'> {
    if (this.world.weather.links === 0) return {};
    const presentBytes: Record<string, number> = {};
    for (const digest of this.disk.blobs) presentBytes[digest] = BLOB_BYTES;
    const name = this.isMetered ? 'wwan0' : 'eth0';
    const { isMetered, budgetBytes } = this;
    return { link: { name, isMetered, leftBytes: budgetBytes, renewsAtMs: MONTH_ENDS_MS, presentBytes } };
  }

  /** An answer of the outside after some time, to this start of the device only. */
  answer(delayMs: number, event: () => LifecycleEvent | null): void {
    const { life } = this;
    this.world.timeline.after(delayMs, () => {
      if (life !== this.life) return;
      const happened = event();
      if (happened !== null) this.dispatch(happened);
    });
  }

  receiveDesired(document: Document, isGenuine = true): void {
    if (!this.isPowered) return;
    const { accepted } = this.disk;
    const { state, digest } = document;
    const nowMs = Math.max(this.disk.signedTimeMs, this.nowMs());
    this.world.steps += 1;
    const { generation, expiresAtMs } = state;
    const before = accepted && { generation: accepted.state.generation, digest: accepted.digest };
    const judged = this.world.machines.agent.judgeDesired({ generation, digest, expiresAtMs }, before, nowMs);
    if (!judged.ok || !judged.value.isNew) return;
    if (this.cut()) return;
    this.world.checks.accepting(this, document, isGenuine);
    this.disk.accepted = document;
    if (this.seen.push(document) > SEEN_MAX) this.seen.shift();
    this.disk.signedTimeMs = Math.max(this.disk.signedTimeMs, state.issuedAtMs);
    for (const { release } of state.workloads) this.disk.wanted.add(release);
    if (this.world.isTracing)
      this.world.tell(this.name, `accepts generation ${generation}: ${sayWorkload(state.workloads[0])}`);
    if (this.cut()) return;
    this.#apply(document);
  }

  forgetRows(boot: string, upTo: number): void {
    this.disk.outbox = this.disk.outbox.filter((row) => {
      const isLeaving = row.boot === boot && row.seq <= upTo;
      if (isLeaving) this.world.checks.leftOutbox(this, row);
      return !isLeaving;
    });
  }

  /** True when the power went just now. */
  cut(): boolean {
    if (this.effectsLeft === null) return false;
    this.effectsLeft -= 1;
    if (this.effectsLeft >= 0) return false;
    this.powerOff();
    return true;
  }

  /** The record of the app is damaged: it is made again from the desired state. */
  #decay(): void {
    if (this.disk.record === null) return;
    this.disk.record = null;
    this.world.tell(this.name, 'finds the record of its app damaged');
  }

  #apply({ state }: Document): void {
    const { life } = this;
    const known = new Map(this.state === null ? [] : [[APP, this.state.record.target.workload]]);
    const { change, remove } = this.world.machines.agent.plan(state.workloads, known);
    if (remove.length > 0) this.dispatch({ type: 'desired', workload: null, failedAttempt: null });
    for (const workload of change) {
      const failedAttempt = this.disk.quarantine.get(workload.release) ?? null;
      if (life === this.life) this.dispatch({ type: 'desired', workload, failedAttempt });
    }
    if (life === this.life && this.#hasBegun && this.#toldGeneration !== this.generation) this.#tell({});
  }

  #tellNews(state: Deployment | null): void {
    if (!this.#hasBegun) return;
    const { isSameStatus, statusOf } = this.world.machines.agent;
    const status = state === null ? null : statusOf(state);
    const isKnown =
      status === null
        ? this.#told == null
        : this.#told != null && (this.#told === status || isSameStatus(this.#told, status));
    if (isKnown) return;
    this.#told = status;
    this.#tell({ [APP]: status });
  }

  #tell(workloads: Record<string, WorkloadStatus | null>): void {
    this.#toldGeneration = this.generation;
    this.#append({ kind: 'report', body: { type: 'state', generation: this.generation, workloads } });
  }

  #tellAll(): void {
    const status = this.state === null ? null : this.world.machines.agent.statusOf(this.state);
    const workloads = status === null ? {} : { [APP]: status };
    this.#toldGeneration = this.generation;
    this.#append({ kind: 'report', body: { type: 'state', generation: this.generation, workloads, full: true } });
    this.#told = status;
    this.#hasBegun = true;
  }

  #append(entry: OutboxBody): void {
    this.#seq += 1;
    this.disk.outbox.push({ boot: this.boot, seq: this.#seq, firstSeq: this.#seq, atMs: this.nowMs(), entry });
    this.link.appended();
  }
}

export function sayWorkload(workload: DesiredWorkload | undefined): string {
  if (workload === undefined) return 'nothing';
  return `${workload.version} attempt ${workload.attempt}${workload.rollback ? ' (rollback)' : ''}`;
}
