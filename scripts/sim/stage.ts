import type {
  Deployment,
  DeploymentRecord,
  DeviceFit,
  Effect,
  Env,
  LifecycleEvent,
  OutwardOf,
} from '@wherry/agent/core';
import type { OutboxRow } from '@wherry/agent/drain';
import type { Report } from '@wherry/protocol';
import type { Member, RolloutEvent, RolloutHeader } from '@wherry/server/domain';
import type { Disk, Document, Running } from './device/disk.ts';
import type { Scenario, Weather } from './faults.ts';
import type { Machines } from './machines.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Flaw, SimRelease } from './releases.ts';
import type { Assignment, RolloutRow, Store } from './server/store.ts';
import type { Timeline } from './timeline.ts';
import type { Rule } from './violations.ts';
import type { Wire } from './wire.ts';

/** What the parts of a simulation see of each other, so that none of them imports the whole. */

/** Flaws of the simulated shell: rules that a shell keeps and not a machine. */
export type ShellFlaw = 'no_compare_and_swap' | 'acknowledge_first';

export interface Stage {
  readonly scenario: Scenario;
  readonly machines: Machines;
  readonly flaw: ShellFlaw | undefined;
  readonly isTracing: boolean;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly weather: Weather;
  readonly network: Network;
  readonly wire: Wire;
  readonly store: Store;
  readonly checks: Observer;
  readonly releases: readonly SimRelease[];
  readonly devices: readonly SimDevice[];
  readonly fleetServer: Reachable;
  readonly epochMs: number;
  readonly healed: boolean;
  /** Steps of all machines so far. */
  steps: number;
  happens(fault: keyof Weather): boolean;
  releaseOf(digest: string): SimRelease | undefined;
  flawOf(device: number, digest: string): Flaw;
  deviceOf(name: string): SimDevice;
  backupOf(device: string): Assignment | undefined;
  newNumber(): number;
  tell(who: string, what: string): void;
  violate(rule: Rule, about: readonly string[], message: string): void;
}

/** The servers as a device sees them. */
export interface Reachable {
  receive(name: string, sent: Report): void;
  readDesired(name: string): Document | null;
  sessionBegan(device: SimDevice, session: number): void;
  sessionEnded(device: SimDevice, session: number): void;
}

export interface SimDevice {
  readonly name: string;
  readonly index: number;
  readonly fit: DeviceFit;
  readonly isLiar: boolean;
  readonly world: Stage;
  readonly link: SimLink;
  readonly disk: Disk;
  readonly state: Deployment | null;
  readonly isPowered: boolean;
  readonly boot: string;
  readonly generation: number;
  readonly seen: readonly Document[];
  running: Running | null;
  /** Has the triggers while `running` proves itself. */
  beside: Running | null;
  /** Ticket of the instance that has the triggers. */
  bound: number | null;
  /** Ticket of the instance that passed the last probe. */
  passed: number | null;
  clockSkewMs: number;
  isMetered: boolean;
  /** Of its budget for downloads; null: none is set. */
  budgetBytes: number | null;
  effectsLeft: number | null;
  nowMs(): number;
  powerOff(): void;
  cut(): boolean;
  dispatch(event: LifecycleEvent): void;
  answer(delayMs: number, event: () => LifecycleEvent | null): void;
  receiveDesired(document: Document, isGenuine?: boolean): void;
  forgetRows(boot: string, upTo: number): void;
}

export interface SimLink {
  readonly isUp: boolean;
  readonly session: number;
  connect(): void;
  disconnect(): void;
  refresh(): void;
  acknowledged(boot: string, upTo: number): void;
}

/** What a step of a device came with, and what it asked for. */
export interface Advance {
  readonly effects: readonly Effect[];
  readonly env: Env;
}

/** Told of everything that a rule is about. */
export interface Observer {
  accepting(device: SimDevice, document: Document, isGenuine: boolean): void;
  saving(device: SimDevice, before: DeploymentRecord | null, after: DeploymentRecord): void;
  starting(device: SimDevice, effect: OutwardOf<'start'>): void;
  moving(device: SimDevice, effect: OutwardOf<'moveTriggers'>): void;
  collected(device: SimDevice): void;
  leftOutbox(device: SimDevice, row: OutboxRow): void;
  gaveUp(device: SimDevice, boot: string, firstSeq: number, seq: number): void;
  stepped(
    id: string,
    header: RolloutHeader,
    event: RolloutEvent,
    before: Member | undefined,
    after: Member,
    isOnline: boolean,
  ): void;
  assigned(device: string, before: Assignment | null, after: Assignment): void;
  committing(
    row: RolloutRow,
    before: RolloutRow | undefined,
    changed: ReadonlyMap<string, Member>,
    kept: ReadonlyMap<string, Member>,
  ): void;
  expired(id: string, devices: readonly string[], nowMs: number): void;
  watched(id: string, away: readonly { readonly device: string; readonly sinceMs: number }[], nowMs: number): void;
  advanced(device: SimDevice, before: Deployment | null, after: Deployment | null, step: Advance): void;
  open(id: string): readonly string[];
}
