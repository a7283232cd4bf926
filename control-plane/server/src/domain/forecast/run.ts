import { FAILURE_STATES } from '../rollouts/counts.ts';
import type {
  DeploymentReport,
  Member,
  Picked,
  RolloutEffect,
  RolloutEvent,
  RolloutHeader,
} from '../rollouts/model.ts';
import type { RolloutPlan } from '../rollouts/plan.ts';
import { step } from '../rollouts/step.ts';
import { type Chance, chanceOf, exponential } from './chance.ts';
import { type Due, DueQueue } from './due.ts';

/**
 * One run of the real machine over devices that live by chance, on a clock of its own. Approvals are given at once: a forecast asks
 * what the gates do, not how long people take.
 */
export interface Assumptions {
  readonly failureRate: number;
  readonly offlineRate: number;
  /** Of the failures, those that show only in the soak, and those that say nothing. */
  readonly lateRate: number;
  readonly silentRate: number;
  readonly answerMs: number;
}

export interface ForecastRun {
  readonly state: 'completed' | 'halted' | 'unfinished';
  readonly verdict: RolloutHeader['verdict'];
  readonly reached: number;
  readonly failed: number;
  readonly tookMs: number;
}

const EVENTS_PER_DEVICE = 20;

export function runForecast(plan: RolloutPlan, assumed: Assumptions, seed: number): ForecastRun {
  const run = new Run(plan, assumed, chanceOf(seed));
  run.feed({ type: 'start' });
  const most = EVENTS_PER_DEVICE * plan.members.length + 1_000;
  for (let turns = 0; turns < most && !run.isOver; turns++) {
    const due = run.queue.pop();
    if (!due) break;
    run.happen(due);
  }
  return run.outcome();
}

class Run {
  readonly queue = new DueQueue();
  #header: RolloutHeader;
  #nowMs = 0;
  readonly #members = new Map<string, Member>();
  /** Pending members of each wave in order, with how far they were looked through. */
  readonly #order: Member[][];
  readonly #offline = new Set<string>();
  readonly #assumed: Assumptions;
  readonly #chance: Chance;
  #wakeAtMs: number | null = null;

  constructor(plan: RolloutPlan, assumed: Assumptions, chance: Chance) {
    const startAtMs = null;
    this.#header = { ...plan.header, startAtMs, pace: plan.header.pace && { ...plan.header.pace, creditAtMs: 0 } };
    this.#assumed = assumed;
    this.#chance = chance;
    this.#order = plan.header.waves.map(() => []);
    for (const member of plan.members) {
      this.#members.set(member.device, member);
      if (member.state !== 'pending') continue;
      this.#order[member.wave]?.push(member);
      if (chance() < assumed.offlineRate) this.#offline.add(member.device);
    }
  }

  get isOver(): boolean {
    const { state } = this.#header;
    return state === 'halted' || state === 'completed' || state === 'aborted';
  }

  happen({ device, what, atMs }: Due): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
    const member = this.#members.get(device);
    if (what === 'tick') this.feed({ type: 'tick' });
    if (!member) return;
    if (what === 'deadline') this.feed({ type: 'deadline', member });
    if (what === 'late' || what === 'answer') this.#answer(member, what);
  }

  feed(first: RolloutEvent): void {
    const events: RolloutEvent[] = [first];
    for (let event = events.shift(); event; event = events.shift()) {
      const next = step(this.#header, event, { nowMs: this.#nowMs });
      this.#header = next.rollout;
      for (const member of next.members) this.#keep(member);
      for (const effect of next.effects) this.#perform(effect, events);
    }
    if (this.#header.state === 'awaiting_approval') this.feed({ type: 'approve', wave: this.#header.currentWave });
    this.#sleep();
  }

  outcome(): ForecastRun {
    const members = [...this.#members.values()];
    const { state, verdict } = this.#header;
    return {
      state: state === 'completed' || state === 'halted' ? state : 'unfinished',
      verdict,
      reached: members.filter(({ attempt }) => attempt > 0).length,
      failed: members.filter((member) => FAILURE_STATES.has(member.state)).length,
      tookMs: this.#nowMs,
    };
  }

  #keep(member: Member): void {
    const before = this.#members.get(member.device);
    this.#members.set(member.device, member);
    if (member.deadlineAtMs !== null && member.deadlineAtMs !== before?.deadlineAtMs)
      this.queue.push({ atMs: member.deadlineAtMs, device: member.device, what: 'deadline' });
  }

  #perform(effect: RolloutEffect, events: RolloutEvent[]): void {
    if (effect.type === 'assign') for (const device of effect.devices) this.#assign(device);
    if (effect.type === 'pick')
      events.push({ type: 'picked', isBorrowing: effect.isBorrowing, picked: this.#pick(effect) });
  }

  #pick(effect: Extract<RolloutEffect, { type: 'pick' }>): Picked[] {
    const picked: Picked[] = [];
    let online = 0;
    for (let wave = effect.fromWave; wave <= effect.throughWave; wave++) {
      const left = (this.#order[wave] ?? []).filter(({ device }) => this.#members.get(device)?.state === 'pending');
      this.#order[wave] = left;
      for (const { device } of left) {
        if (online === effect.count) return picked;
        const member = this.#members.get(device);
        const isOnline = !this.#offline.has(device);
        if (!member || (effect.isBorrowing && !isOnline)) continue;
        picked.push({ member, isOnline, attempt: 1, generation: 1 });
        if (isOnline) online += 1;
      }
    }
    return picked;
  }

  /** What becomes of a device is drawn when it is assigned. */
  #assign(device: string): void {
    const { failureRate, lateRate, silentRate, answerMs } = this.#assumed;
    const atMs = this.#nowMs + exponential(this.#chance, answerMs);
    const fails = this.#chance() < failureRate;
    const kind = this.#chance();
    if (fails && kind < silentRate) return;
    const isLate = fails && kind < silentRate + lateRate && this.#header.soakMs > 0;
    this.#fates.set(device, fails && !isLate ? 'failed' : 'healthy');
    this.queue.push({ atMs, device, what: 'answer' });
    if (isLate) this.queue.push({ atMs: atMs + this.#chance() * this.#header.soakMs, device, what: 'late' });
  }

  readonly #fates = new Map<string, 'healthy' | 'failed'>();

  #answer(member: Member, what: 'answer' | 'late'): void {
    if (!member.release) return;
    const deployment: DeploymentReport['deployment'] =
      what === 'late' ? 'reverted' : (this.#fates.get(member.device) ?? 'healthy');
    const report = { release: member.release, attempt: member.attempt, deployment };
    this.feed({ type: 'reported', member, report });
  }

  #sleep(): void {
    const { wakeAtMs } = this.#header;
    if (wakeAtMs === null || wakeAtMs === this.#wakeAtMs) return;
    this.#wakeAtMs = wakeAtMs;
    this.queue.push({ atMs: wakeAtMs, device: '', what: 'tick' });
  }
}
