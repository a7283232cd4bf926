import type { Member, RolloutEvent } from '@wherry/server/domain';
import type { Stage } from '../stage.ts';
import type { Assignment, DeviceRow, RolloutRow, Store } from './store.ts';

/**
 * One transaction of a server process: reads rows, writes beside them, and commits all or nothing, if no row that it read was
 * replaced in between. What app/transact.ts promises over SQLite and PostgreSQL.
 */
export class Work {
  readonly world: Stage;
  readonly store: Store;
  /** By the clock of the process. */
  readonly nowMs: number;
  readonly #readDevices = new Map<string, DeviceRow>();
  readonly #readRollouts = new Map<string, RolloutRow>();
  readonly devices = new Map<string, DeviceRow>();
  readonly rollouts = new Map<string, RolloutRow>();
  readonly members = new Map<string, Map<string, Member>>();
  readonly noted: {
    readonly device: string;
    readonly boot: string;
    readonly firstSeq: number;
    readonly seq: number;
  }[] = [];
  readonly stale = new Set<string>();
  /** Rollouts whose abort asked to take back what was reached. */
  readonly reverts: string[] = [];
  readonly #steps: (() => void)[] = [];

  constructor(world: Stage, nowMs: number) {
    this.world = world;
    this.store = world.store;
    this.nowMs = nowMs;
  }

  device(name: string): DeviceRow {
    const own = this.devices.get(name);
    if (own !== undefined) return own;
    const row = this.store.devices.get(name);
    if (row === undefined) throw new RangeError(`there is no device ${name}`);
    this.#readDevices.set(name, row);
    return row;
  }

  change(name: string, patch: Partial<DeviceRow>): void {
    this.devices.set(name, { ...this.device(name), ...patch });
  }

  assign(name: string, assignment: Assignment): void {
    const before = this.device(name).assignment;
    this.change(name, { assignment });
    this.stale.add(name);
    this.#steps.push(() => this.world.checks.assigned(name, before, assignment));
  }

  rollout(id: string): RolloutRow {
    const own = this.rollouts.get(id);
    if (own !== undefined) return own;
    const row = this.store.rollouts.get(id);
    if (row === undefined) throw new RangeError(`there is no rollout ${id}`);
    this.#readRollouts.set(id, row);
    return row;
  }

  rolloutIds(): readonly string[] {
    return [...new Set([...this.store.rollouts.keys(), ...this.rollouts.keys()])];
  }

  member(rollout: string, device: string): Member | undefined {
    return this.members.get(rollout)?.get(device) ?? this.store.member(rollout, device);
  }

  keep(rollout: string, member: Member): void {
    const own = this.members.get(rollout) ?? new Map<string, Member>();
    this.members.set(rollout, own);
    own.set(member.device, member);
  }

  /** Looks at a step of the machine once it is committed: what was computed and thrown away never happened. */
  looked(rollout: string, event: RolloutEvent, look: () => void): void {
    this.#steps.push(() => {
      if (this.world.isTracing && event.type !== 'heard') this.world.tell(rollout, `event ${event.type}`);
      look();
    });
  }

  /** False: another process was quicker, and nothing was written. */
  commit(): boolean {
    const { store } = this;
    for (const [name, row] of this.#readDevices) if (store.devices.get(name) !== row) return false;
    if (this.world.flaw !== 'no_compare_and_swap')
      for (const [id, row] of this.#readRollouts) if (store.rollouts.get(id) !== row) return false;
    for (const [name, row] of this.devices) store.devices.set(name, row);
    for (const { device, boot, firstSeq, seq } of this.noted) store.received(device, boot).note(firstSeq, seq);
    for (const [id, row] of this.rollouts) {
      const members = this.members.get(id) ?? new Map<string, Member>();
      if (!store.members.has(id)) store.members.set(id, new Map());
      const kept = store.members.get(id) as Map<string, Member>;
      this.world.checks.committing(row, store.rollouts.get(id), members, kept);
      for (const [device, member] of members) kept.set(device, member);
      store.rollouts.set(id, row);
    }
    for (const look of this.#steps) look();
    return true;
  }
}
