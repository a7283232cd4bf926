import type { DeviceId, RolloutId } from '@wherry/protocol';
import type { Member, RolloutEffect, RolloutEvent } from '../../domain/rollouts/model.ts';
import { newMember } from '../../domain/rollouts/plan.ts';
import { step } from '../../domain/rollouts/step.ts';
import type { Assignment } from '../../storage/port/desired.ts';
import type { MemberRecord, RolloutRecord } from '../../storage/port/rollouts.ts';
import { APP_LIMITS } from '../limits.ts';
import { LostRace, type Work } from '../transact.ts';
import { noteAssignedFrom } from './assigned-from.ts';
import { assignmentFor, pickFor } from './picks.ts';

/** Takes the devices of a rollout that begins out of older ones. */
export type Supersede = (rollout: RolloutRecord) => Promise<void>;

/**
 * The shell of one rollout inside one piece of work: steps in memory, effects performed as they come, saved once at the end. The
 * header's compare-and-swap guards the members too, since nobody changes a member without stepping the header.
 */
export class RolloutRun {
  readonly #work: Work;
  readonly #loaded: RolloutRecord;
  #header: RolloutRecord['header'];
  /** Members read or written here; `#changed` are those not saved yet. */
  readonly #members = new Map<string, MemberRecord>();
  readonly #changed = new Map<string, Member>();
  #memberChanges = 0;
  readonly #supersede: Supersede | undefined;
  /** What picked devices run of the app now. */
  readonly #current = new Map<string, Assignment>();
  #isReverting = false;
  #isHolding = false;
  #heldPick: Extract<RolloutEffect, { type: 'pick' }> | null = null;

  private constructor(work: Work, loaded: RolloutRecord, supersede: Supersede | undefined) {
    this.#work = work;
    this.#supersede = supersede;
    this.#loaded = loaded;
    this.#header = loaded.header;
  }

  /** Null when the tenant has no such rollout. */
  static async open(work: Work, id: RolloutId | string, supersede?: Supersede): Promise<RolloutRun | null> {
    const loaded = await work.repositories.rollouts.find(work.tenant, id);
    return loaded && new RolloutRun(work, loaded, supersede);
  }

  get record(): RolloutRecord {
    return { ...this.#loaded, header: this.#header };
  }

  /** True once an abort asked to take back what was reached. */
  get isReverting(): boolean {
    return this.#isReverting;
  }

  /** Reads members, so that `member` knows them. */
  async load(devices: readonly string[]): Promise<void> {
    const missing = devices.filter((device) => !this.#members.has(device));
    if (missing.length === 0) return;
    for (const record of await this.#work.repositories.rollouts.members(this.#work.tenant, this.#loaded.id, missing))
      this.#members.set(record.member.device, record);
  }

  member(device: string): Member | undefined {
    return this.#members.get(device)?.member;
  }

  /** A device that came to match becomes a member, unless it is one. */
  async join(device: DeviceId): Promise<void> {
    await this.load([device]);
    const { id, release, header } = this.#loaded;
    if (!header.isDynamic || this.#members.has(device)) return;
    const wave = header.waves.length - 1;
    const member = newMember({ device, isOnline: true, release }, wave, this.#work.nowMs);
    const previous = { previousRelease: null, previousVersion: null, previousConfig: {} };
    const record = await this.#work.repositories.rollouts.addMember(this.#work.tenant, {
      rollout: id,
      member,
      ...previous,
      target: null,
    });
    this.#members.set(device, record);
    await this.feed({ type: 'joined', member });
  }

  async feed(first: RolloutEvent): Promise<void> {
    const events: RolloutEvent[] = [first];
    for (let event = events.shift(); event; event = events.shift()) {
      const next = step(this.#header, event, { nowMs: this.#work.nowMs });
      this.#header = next.rollout;
      for (const member of next.members) this.#keep(member);
      for (const effect of next.effects) {
        const answer = await this.#perform(effect);
        if (answer) events.push(answer);
      }
    }
  }

  /**
   * Feeds many events, and looks for the next members once, at their end. Each step asks anew for as many as there are free slots,
   * so the last pick asked for is the one that counts; what was decided meanwhile (a halt) is respected when it is answered.
   */
  async feedTogether(feedAll: () => Promise<void>): Promise<void> {
    this.#isHolding = true;
    try {
      await feedAll();
    } finally {
      this.#isHolding = false;
    }
    const held = this.#heldPick;
    this.#heldPick = null;
    if (held) await this.feed(await this.#pick(held));
  }

  /** Throws LostRace when another process saved the rollout in between. */
  async save(): Promise<RolloutRecord> {
    const { repositories, changes } = this.#work;
    await this.#flush();
    if (this.#header === this.#loaded.header && this.#memberChanges === 0) return this.#loaded;
    if (!(await repositories.rollouts.save(this.record))) throw new LostRace(`rollout ${this.#loaded.id}`);
    changes.push({ type: 'rollout', rollout: this.#loaded.id });
    return { ...this.record, revision: this.#loaded.revision + 1 };
  }

  async #perform(effect: RolloutEffect): Promise<RolloutEvent | null> {
    switch (effect.type) {
      case 'supersede':
        if (!this.#supersede) throw new Error(`rollout ${this.#loaded.id} begins where nothing can be taken over`);
        await this.#flush();
        await this.#supersede(this.record);
        return null;
      case 'pick':
        if (!this.#isHolding) return await this.#pick(effect);
        this.#heldPick = effect;
        return null;
      case 'assign':
        await this.#assign(effect.devices);
        return null;
      case 'dismiss':
        await this.#flush();
        await this.#work.repositories.rollouts.dismissWaiting(
          this.#work.tenant,
          this.#loaded.id,
          'the rollout was aborted before its turn',
          this.#work.nowMs,
        );
        return null;
      case 'revert':
        this.#isReverting = true;
        return null;
    }
  }

  async #pick(effect: Extract<RolloutEffect, { type: 'pick' }>): Promise<RolloutEvent> {
    const { tenant, repositories } = this.#work;
    await this.#flush();
    const range = { fromWave: effect.fromWave, throughWave: effect.throughWave, isOnlineOnly: effect.isBorrowing };
    const limit = effect.isBorrowing ? effect.count : Math.max(effect.count, APP_LIMITS.pickBatch);
    const rows = await repositories.rollouts.pending(tenant, this.#loaded.id, range, limit);
    const taken: typeof rows = [];
    let online = 0;
    for (const row of rows) {
      if (online === effect.count) break;
      taken.push(row);
      if (row.isOnline) online += 1;
    }
    for (const { record } of taken) this.#members.set(record.member.device, record);
    const { picked, current } = await pickFor(this.#work, this.#loaded, taken);
    for (const [device, assignment] of current) this.#current.set(device, assignment);
    return { type: 'picked', isBorrowing: effect.isBorrowing, picked };
  }

  async #assign(devices: readonly string[]): Promise<void> {
    const assignments: Assignment[] = [];
    const records: MemberRecord[] = [];
    for (const device of devices) {
      const record = this.#members.get(device);
      if (!record) throw new RangeError(`rollout ${this.#loaded.id} assigns ${device}, which is no member`);
      records.push(record);
      assignments.push(assignmentFor(this.#loaded, record));
      this.#work.stale.add(device);
    }
    await noteAssignedFrom(this.#work, this.#loaded, records, this.#current);
    await this.#work.repositories.desired.assign(this.#work.tenant, assignments);
  }

  #keep(member: Member): void {
    const record = this.#members.get(member.device);
    if (!record) throw new RangeError(`rollout ${this.#loaded.id} changed ${member.device}, which was not read`);
    this.#members.set(member.device, { ...record, member });
    this.#changed.set(member.device, member);
  }

  async #flush(): Promise<void> {
    const { tenant, repositories, changes } = this.#work;
    if (this.#changed.size === 0) return;
    await repositories.rollouts.saveMembers(tenant, this.#loaded.id, [...this.#changed.values()]);
    for (const member of this.#changed.values()) {
      this.#memberChanges += 1;
      // A watcher that hears of the rollout looks at its members again: beyond a screenful there is nothing to add.
      if (this.#memberChanges <= APP_LIMITS.memberChangesEmitted)
        changes.push({ type: 'member', rollout: this.#loaded.id, device: member.device });
    }
    this.#changed.clear();
  }
}
