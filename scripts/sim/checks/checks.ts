import type { BrokenRule, Deployment, DeploymentRecord, OutwardOf } from '@wherry/agent/core';
import {
  brokenByActivation,
  brokenByCollection,
  brokenByFetch,
  brokenByGeneration,
  brokenByMove,
  brokenBySaving,
  brokenByStart,
} from '@wherry/agent/core';
import type { OutboxRow } from '@wherry/agent/drain';
import type { Member, RolloutEvent, RolloutHeader } from '@wherry/server/domain';
import type { Document } from '../device/disk.ts';
import type { Assignment, RolloutRow } from '../server/store.ts';
import type { Advance, Observer, SimDevice, Stage } from '../stage.ts';
import type { Rule } from '../violations.ts';
import { RolloutLedger } from './rollout-ledger.ts';
import { brokenByStep } from './rollout-step.ts';

/**
 * The rules, asked at every step of a simulation. They look at what devices and servers do and hold, never at how the machines came to
 * it, and they are the code of the repository also when the machines are mutants.
 */
export class Checks implements Observer {
  readonly #world: Stage;
  readonly #rollouts = new Map<string, RolloutLedger>();

  constructor(world: Stage) {
    this.#world = world;
  }

  /** A3 and A1 at a device that takes a desired state. */
  accepting(device: SimDevice, document: Document, isGenuine: boolean): void {
    if (!isGenuine) this.#broken('A1', device.name, 'it accepted a desired state that a stranger signed');
    const broken = brokenByGeneration(device.generation, document.state.generation);
    this.#all(device, broken);
  }

  saving(device: SimDevice, before: DeploymentRecord | null, after: DeploymentRecord): void {
    const broken = brokenBySaving(before, after);
    if (broken.length > 0) this.#all(device, broken);
  }

  /** A1, A5 and A6 at each start of a program. */
  starting(device: SimDevice, effect: OutwardOf<'start'>): void {
    const { disk, running, state } = device;
    if (state === null) return;
    const view = { ...disk, running: running?.release ?? null };
    this.#all(device, brokenByStart(state, effect, view));
    const release = this.#world.releaseOf(effect.release);
    const variant = release?.facts.variants[effect.variantAt];
    if (release?.flaw === 'forged' && this.#isForgedOn(device, effect.release))
      this.#broken('A1', device.name, `it starts ${release.version}, whose document a stranger signed`);
    if (variant !== undefined && device.fit.refused[variant.kind] !== undefined)
      this.#broken('A6', device.name, `it starts a ${variant.kind} variant, which its policy forbids`);
  }

  /** L9: triggers move to what has answered its health check. */
  moving(device: SimDevice, effect: OutwardOf<'moveTriggers'>): void {
    if (device.state !== null) this.#all(device, brokenByMove(device.state, effect, device.passed));
  }

  collected(device: SimDevice): void {
    if (device.disk.record !== null) this.#all(device, brokenByCollection(device.disk.record, device.disk));
  }

  /** C1: only what is stored leaves an outbox. */
  leftOutbox(device: SimDevice, { boot, firstSeq, seq }: OutboxRow): void {
    const received = this.#world.store.received(device.name, boot);
    for (let one = firstSeq; one <= seq; one += 1)
      if (!received.has(one))
        this.#broken('C1', device.name, `report ${one} left the outbox and no server has stored it`);
  }

  gaveUp(device: SimDevice, boot: string, firstSeq: number, seq: number): void {
    const received = this.#world.store.received(device.name, boot);
    for (let one = firstSeq; one <= seq; one += 1)
      if (!received.has(one))
        this.#broken('C1', device.name, `report ${one} was given up, though no server refused it`);
  }

  stepped(
    id: string,
    header: RolloutHeader,
    event: RolloutEvent,
    before: Member | undefined,
    after: Member,
    isOnline: boolean,
  ): void {
    for (const { rule, message } of brokenByStep(header, event, before, after, isOnline))
      this.#broken(rule, after.device, message, id);
    if (this.#world.isTracing && before?.state !== after.state)
      this.#world.tell(id, `${after.device} ${before?.state ?? 'joins'} → ${after.state} (${event.type})`);
  }

  /** R3: what a device is to run gets no older but by a rollback. */
  assigned(device: string, before: Assignment | null, after: Assignment): void {
    if (before?.release == null || after.release === null || after.isRollback) return;
    if (after.releaseCounter < before.releaseCounter)
      this.#broken(
        'R3',
        device,
        `it is moved from ${before.version} to ${after.version} without a rollback`,
        after.rollout,
      );
  }

  committing(
    row: RolloutRow,
    before: RolloutRow | undefined,
    changed: ReadonlyMap<string, Member>,
    kept: ReadonlyMap<string, Member>,
  ): void {
    const ledger = this.#rollouts.get(row.id) ?? new RolloutLedger();
    this.#rollouts.set(row.id, ledger);
    for (const { rule, message } of ledger.commit(row.header, before?.header, changed, kept))
      this.#broken(rule, row.id, message, row.id);
  }

  /** Devices that may have a deadline. */
  open(id: string): readonly string[] {
    return [...(this.#rollouts.get(id)?.open ?? [])];
  }

  /** R6: after a look at the deadlines, nobody is past one. */
  expired(id: string, devices: readonly string[], nowMs: number): void {
    for (const name of devices) {
      const member = this.#world.store.member(id, name);
      if (member?.state === 'in_flight' && (member.deadlineAtMs === null || member.deadlineAtMs <= nowMs))
        this.#broken('R6', name, 'it is past its deadline and still counts as in flight', id);
    }
  }

  /** R13: after a look at who went away, nobody who was away for too long is still in its soak. */
  watched(id: string, away: readonly { readonly device: string; readonly sinceMs: number }[], nowMs: number): void {
    const limitMs = this.#world.store.rollouts.get(id)?.header.watch.offlineAfterMs ?? null;
    if (limitMs === null) return;
    for (const { device, sinceMs } of away)
      if (nowMs - sinceMs >= limitMs && this.#world.store.member(id, device)?.state === 'soaking')
        this.#broken('R13', device, `it is away for ${nowMs - sinceMs} ms and still counts as soaking`, id);
  }

  /** L5 and L6: when an activation begins, and what is fetched. */
  advanced(device: SimDevice, before: Deployment | null, after: Deployment | null, { effects, env }: Advance): void {
    if (after === null) return;
    if (before?.record.phase === 'staged') this.#all(device, brokenByActivation(before, after, env));
    for (const effect of effects)
      if (effect.kind === 'fetchRelease' || effect.kind === 'fetchBlob')
        this.#all(device, brokenByFetch(after, effect, env));
  }

  ended(rule: Rule, about: readonly string[], message: string): void {
    this.#world.violate(rule, about, message);
  }

  #isForgedOn(device: SimDevice, digest: string): boolean {
    return this.#world.flawOf(device.index, digest) === 'forged';
  }

  #all(device: SimDevice, broken: readonly BrokenRule[]): void {
    for (const { rule, message } of broken) this.#broken(rule as Rule, device.name, message);
  }

  #broken(rule: Rule, device: string, message: string, ...about: readonly string[]): void {
    this.#world.violate(rule, [device, ...about], message);
  }
}
