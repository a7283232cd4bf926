import type { DeploymentState, DeviceId, MemberState } from '@wherry/protocol';
import { FAILURE_STATES, FINAL_MEMBER_STATES, sum } from '../counts.ts';
import { failuresOf } from '../gates.ts';
import type { DeploymentReport, Member, Picked, RolloutEffect, RolloutEvent, RolloutHeader } from '../model.ts';
import { burstOf, rateOf } from '../pace.ts';
import { newMember, type RolloutPlan } from '../plan.ts';
import { step } from '../step.ts';
import { NOW_MS, OTHER, RELEASE } from './rollout-builder.ts';

/** What a device will say once it is assigned. */
export type Fate = 'healthy' | 'failed' | 'reverted' | 'rejected' | 'silent' | 'unhealthy';

/**
 * A fleet in memory around the machine: it answers `pick` as the shell does, and after every step checks what must always hold.
 * A message is in the air until a trace delivers it, in whatever order, as often as it likes.
 */
export class SimFleet {
  header: RolloutHeader;
  nowMs = NOW_MS;
  readonly members = new Map<string, Member>();
  readonly online = new Map<string, boolean>();
  readonly air: { device: string; report: DeploymentReport }[] = [];
  /** Assignments made since the start, by device. */
  readonly assigned = new Map<string, number>();
  readonly #fates: readonly Fate[];
  readonly #order: string[];

  constructor(plan: RolloutPlan, fates: readonly Fate[], offline: ReadonlySet<number>) {
    this.header = plan.header;
    this.#fates = fates;
    this.#order = plan.members.map(({ device }) => device);
    for (const [index, member] of plan.members.entries()) {
      this.members.set(member.device, member);
      this.online.set(member.device, !offline.has(index));
    }
  }

  get devices(): readonly string[] {
    return this.#order;
  }

  feed(first: RolloutEvent): void {
    const events: RolloutEvent[] = [first];
    for (let event = events.shift(), turns = 0; event; event = events.shift()) {
      if (++turns > 10 * this.#order.length + 100) throw new Error('the machine and its shell do not come to rest');
      const before = this.header;
      const next = step(before, event, { nowMs: this.nowMs });
      for (const member of next.members) this.#keep(member, before);
      this.header = next.rollout;
      this.#checkStanding(event, before);
      for (const effect of next.effects) this.#perform(effect, before, events);
      this.check();
    }
  }

  /** A pick that nobody asked for, or that was asked for long ago: the machine must not rely on its shell. */
  pickUnasked(): void {
    const picked = this.#pick({ fromWave: 0, throughWave: this.header.currentWave, count: 5, isBorrowing: false });
    this.feed({ type: 'picked', isBorrowing: false, picked });
  }

  deliver(index: number, keep: boolean): void {
    const at = index % Math.max(1, this.air.length);
    const message = this.air[at];
    if (!message) return;
    if (!keep) this.air.splice(at, 1);
    const member = this.members.get(message.device);
    if (member) this.feed({ type: 'reported', member, report: message.report });
  }

  connect(device: string, isOnline: boolean): void {
    this.online.set(device, isOnline);
    const member = this.members.get(device);
    if (isOnline && member) this.feed({ type: 'heard', member });
  }

  /** Time passes; every timer that is due fires. */
  wait(ms: number): void {
    this.nowMs += ms;
    for (const { device, deadlineAtMs } of [...this.members.values()])
      if (deadlineAtMs !== null && deadlineAtMs <= this.nowMs) {
        const member = this.members.get(device);
        if (member) this.feed({ type: 'deadline', member });
      }
    this.feed({ type: 'tick' });
  }

  /** A device that came to match. */
  join(isOnline: boolean): void {
    const device = `late-${this.#order.length}` as DeviceId;
    const [any] = this.members.values();
    if (!any || !this.header.isDynamic || this.header.state === 'draft' || this.header.state === 'aborted') return;
    const member = newMember(
      { device, isOnline, release: any.release ?? RELEASE },
      this.header.waves.length - 1,
      this.nowMs,
    );
    this.#order.push(device);
    this.online.set(device, isOnline);
    this.members.set(device, member);
    this.feed({ type: 'joined', member });
  }

  /** The sums of the header are the sums of its members; the cap holds (R1). */
  check(): void {
    const counted = new Map<string, number>();
    for (const { wave, state } of this.members.values())
      counted.set(`${wave} ${state}`, (counted.get(`${wave} ${state}`) ?? 0) + 1);
    for (const [index, wave] of this.header.waves.entries()) {
      let total = 0;
      for (const [state, count] of Object.entries(wave.counts)) {
        const actual = counted.get(`${index} ${state}`) ?? 0;
        if (actual !== count) throw new Error(`wave ${index} says ${count} ${state}, but there are ${actual}`);
        total += count;
      }
      const failures = failuresOf(wave) - wave.acknowledged;
      const named = Object.values(wave.failureCodes).reduce((one, other) => one + other, 0);
      if (named !== failures)
        throw new Error(`wave ${index} names ${named} failures by code, but there are ${failures}`);
      if (total !== wave.total) throw new Error(`wave ${index} says ${wave.total} in all, but there are ${total}`);
    }
    const inFlight = sum(this.header, (wave) => wave.counts.in_flight);
    if (inFlight > this.header.maxInFlight)
      throw new Error(`R1: ${inFlight} in flight, the cap is ${this.header.maxInFlight}`);
    this.checkPace();
    this.checkSecond();
  }

  /** R14: above the share only with another operator's approval. */
  checkSecond(): void {
    const { second } = this.header;
    if (!second || second.approvedBy === OTHER.operator) return;
    const reached = this.members.size - this.count(new Set(['pending', 'waiting', 'skipped']));
    if (second.approvedBy !== null) throw new Error(`R14: ${second.approvedBy} approved what was their own`);
    if (reached > second.aboveDevices)
      throw new Error(`R14: ${reached} were reached, above ${second.aboveDevices} without another's approval`);
  }

  /** In any time since the beginning no more are assigned than the pace allows. */
  checkPace(): void {
    const { pace, beganAtMs, waves } = this.header;
    if (!pace || beganAtMs === null) return;
    const most = rateOf(pace, waves.length - 1) * (this.nowMs - beganAtMs) + burstOf(pace, waves.length - 1);
    if (this.assigned.size > most + 1e-6)
      throw new Error(`pace: ${this.assigned.size} were assigned, at most ${most} may be`);
  }

  count(states: ReadonlySet<MemberState>): number {
    return [...this.members.values()].filter(({ state }) => states.has(state)).length;
  }

  get failures(): number {
    return this.count(FAILURE_STATES);
  }

  /** Only an operator takes a rollout out of a pause or a halt, and while it lasts no wave is passed (R2, R7). */
  #checkStanding(event: RolloutEvent, before: RolloutHeader): void {
    if (before.state !== 'paused' && before.state !== 'halted' && before.state !== 'awaiting_approval') return;
    if (event.type === 'resume' || event.type === 'approve' || event.type === 'pause' || event.type === 'abort') return;
    const { state, currentWave } = this.header;
    const hasMoved = currentWave !== before.currentWave || (state !== before.state && state !== 'halted');
    if (hasMoved) throw new Error(`R2, R7: ${event.type} moved a rollout that was ${before.state} to ${state}`);
  }

  #keep(member: Member, before: RolloutHeader): void {
    const old = this.members.get(member.device);
    if (!old) throw new Error(`${member.device} is no member`);
    if (FINAL_MEMBER_STATES.has(old.state) && old.state !== member.state)
      throw new Error(`R5: ${member.device} had its verdict ${old.state} and became ${member.state}`);
    if (member.state === 'in_flight' && old.state !== 'in_flight') {
      const canAssign = before.state === 'running' || before.state === 'completed';
      if (!canAssign) throw new Error(`R2, R7: ${member.device} was assigned while the rollout was ${before.state}`);
      const drawn = before.waves[old.wave];
      if (drawn?.needsApproval && !drawn.isApproved)
        throw new Error(`R8: ${member.device} went without its wave's approval`);
      if (!this.online.get(member.device)) throw new Error(`R6: ${member.device} is offline and was given a slot`);
    }
    this.members.set(member.device, member);
  }

  #perform(effect: RolloutEffect, before: RolloutHeader, events: RolloutEvent[]): void {
    switch (effect.type) {
      case 'supersede':
        return;
      case 'pick':
        events.push({ type: 'picked', isBorrowing: effect.isBorrowing, picked: this.#pick(effect) });
        return;
      case 'assign':
        for (const device of effect.devices) this.#assign(device);
        return;
      case 'dismiss':
        for (const member of this.members.values())
          if (member.state === 'pending' || member.state === 'waiting')
            this.#keep({ ...member, state: 'skipped' }, before);
        return;
      case 'revert':
        return;
    }
  }

  #pick(effect: Omit<Extract<RolloutEffect, { type: 'pick' }>, 'type'>): Picked[] {
    const picked: Picked[] = [];
    let online = 0;
    for (const device of this.#order) {
      const member = this.members.get(device);
      if (member?.state !== 'pending' || online === effect.count) continue;
      if (member.wave < effect.fromWave || member.wave > effect.throughWave) continue;
      const isOnline = this.online.get(device) ?? false;
      if (effect.isBorrowing && !isOnline) continue;
      picked.push({ member, isOnline, attempt: 1, generation: 1 });
      if (isOnline) online += 1;
    }
    return picked;
  }

  #assign(device: string): void {
    this.assigned.set(device, (this.assigned.get(device) ?? 0) + 1);
    const member = this.members.get(device);
    if (!member?.release) return;
    const { release, attempt } = member;
    const says = (deployment: DeploymentState) => this.air.push({ device, report: { release, attempt, deployment } });
    const fate = this.#fates[this.#order.indexOf(device) % this.#fates.length] ?? 'healthy';
    if (fate === 'silent') return;
    says('downloading');
    says('probing');
    if (fate === 'unhealthy') {
      says('healthy');
      says('reverting');
      says('reverted');
    } else says(fate);
  }
}
