import type {
  DeploymentState,
  DeviceId,
  Digest,
  ErrorCode,
  Gate,
  MemberState,
  RolloutState,
  VariantKind,
  Verdict,
} from '@wherry/protocol';

/**
 * A rollout is a header and one member row for each device. The header holds sums only, kept up by each step, so that a
 * report about one device of ten thousand loads and rewrites one row. The spec is docs/specs/rollout.md.
 */
export interface RolloutHeader {
  readonly state: RolloutState;
  readonly waves: readonly WaveHeader[];
  /** Index of the wave that is being assigned; stays at the last one at the end. */
  readonly currentWave: number;
  readonly maxInFlight: number;
  readonly deadlineMs: number;
  readonly soakMs: number;
  readonly verdict: Verdict | null;
  readonly finishedAtMs: number | null;
  /** When it first ran; null while it has not begun. */
  readonly beganAtMs: number | null;
  /** A rollout that is started before this waits as scheduled. */
  readonly startAtMs: number | null;
  readonly pace: PaceHeader | null;
  readonly watch: Watch;
  /** While it is being prepared: whether it begins when that is done, or is a draft then. */
  readonly startsWhenPrepared?: boolean;
  /** Takes in devices that come to match later. */
  readonly isDynamic: boolean;
  /** Absent or null: nobody but its operator has to agree. */
  readonly second?: SecondApproval | null;
  /** When time alone changes something: the shell sends `tick` then. Null when nothing but an event does. */
  readonly wakeAtMs: number | null;
}

/** A bucket of assignments: it fills by the rate of the current wave, and each assignment takes one out of it. */
export interface PaceHeader {
  readonly devicesPerMinute: number;
  readonly growth: number;
  readonly credit: number;
  readonly creditAtMs: number;
}

/** Another operator than the one who made the rollout must approve before it holds more than so many devices. */
export interface SecondApproval {
  readonly aboveDevices: number;
  /** What they are called, and who they are for comparing. */
  readonly requestedBy: { readonly operator: string; readonly principal: string };
  readonly approvedBy: string | null;
}

/** What the shell looks at while a device soaks; null looks away. */
export interface Watch {
  readonly offlineAfterMs: number | null;
  readonly memoryFactor: number | null;
  readonly cpuFactor: number | null;
}

/** The codes with which the control plane itself finds a soaking device unhealthy. */
export type WatchCode = 'went_offline' | 'memory_regression' | 'cpu_regression';

export interface WaveHeader {
  readonly total: number;
  readonly counts: Readonly<Record<MemberState, number>>;
  readonly gate: Gate;
  /** Failures that an operator has acknowledged by resuming: they count no more, neither above nor below the line. */
  readonly acknowledged: number;
  /** First devices that failed and are not acknowledged, at most FAILED_DEVICES_NAMED: named by a verdict. */
  readonly failedDevices: readonly DeviceId[];
  /** Failures that are not acknowledged, by code, or by state where the device gave none. */
  readonly failureCodes: Readonly<Record<string, number>>;
  readonly isPassed: boolean;
  readonly needsApproval: boolean;
  readonly isApproved: boolean;
  readonly approvedBy?: string;
}

export const FAILED_DEVICES_NAMED = 20;

export interface Member {
  readonly device: DeviceId;
  readonly wave: number;
  readonly state: MemberState;
  /** What the device must come to: run this release, or (null) run the app no more. */
  readonly release: Digest | null;
  /** Number of the attempt; 0 until assigned. */
  readonly attempt: number;
  /** Generation of the desired state that assigned it; 0 until assigned. */
  readonly generation: number;
  readonly deployment: DeploymentState | null;
  readonly code: ErrorCode | null;
  readonly message: string | null;
  readonly variant: VariantKind | null;
  readonly updatedAtMs: number;
  /** In flight: when it counts as timed out. Soaking: when it counts as a success. Null otherwise. */
  readonly deadlineAtMs: number | null;
}

/** A pending member that the shell picked, in order, with what it knows about the device now. */
export interface Picked {
  readonly member: Member;
  readonly isOnline: boolean;
  /** The attempt and the generation that an assignment now would carry. */
  readonly attempt: number;
  readonly generation: number;
  /** Why it must not be assigned: it runs the release already, or a newer one (R3). */
  readonly skip?: string;
}

export interface DeploymentReport {
  readonly release: Digest;
  readonly attempt: number;
  readonly deployment: DeploymentState;
  readonly code?: ErrorCode | undefined;
  readonly message?: string | undefined;
  readonly variant?: VariantKind | undefined;
}

export type RolloutEvent =
  /** Every member is written: begins, or becomes a draft. */
  | { readonly type: 'prepared' }
  /** Begins a draft: at once, or as scheduled when its time is to come. */
  | { readonly type: 'start' }
  /** Time has passed: looks at `startAtMs` and the pace, so early and repeated ticks do nothing. */
  | { readonly type: 'tick' }
  /** A person lets this wave begin. */
  | { readonly type: 'approve'; readonly wave: number; readonly by?: SecondApproval['requestedBy'] }
  /** What the tenant's rule says now about a second operator; heard only while the rollout has not begun. */
  | { readonly type: 'guard'; readonly second: SecondApproval | null }
  /** New limits; those in flight beyond a lower cap stay in flight. */
  | { readonly type: 'update'; readonly limits: LimitChange }
  /** A device came to match: a new pending member of the last wave. */
  | { readonly type: 'joined'; readonly member: Member }
  /** The control plane found something wrong with a device in soak. */
  | { readonly type: 'unwell'; readonly member: Member; readonly code: WatchCode; readonly message: string }
  | { readonly type: 'pause' }
  /** Approves as well, where it waits for an approval. */
  | { readonly type: 'resume'; readonly by?: SecondApproval['requestedBy'] }
  | { readonly type: 'abort'; readonly reached: 'keep' | 'revert' }
  /** Answers `pick`: what the shell found, in order; empty when there was none. */
  | { readonly type: 'picked'; readonly isBorrowing: boolean; readonly picked: readonly Picked[] }
  /** The device of the member was heard after it was away. */
  | { readonly type: 'heard'; readonly member: Member }
  | { readonly type: 'reported'; readonly member: Member; readonly report: DeploymentReport }
  /** The device says, of this generation of its desired state, that it does not have the app. */
  | { readonly type: 'gone'; readonly member: Member; readonly generation: number }
  /** A timer: looks at `deadlineAtMs`, so early and repeated timers do nothing. */
  | { readonly type: 'deadline'; readonly member: Member }
  /** Removed, or taken over by a newer rollout. */
  | { readonly type: 'left'; readonly member: Member; readonly reason: string };

export interface LimitChange {
  readonly maxInFlight?: number | undefined;
  readonly deadlineMs?: number | undefined;
  readonly soakMs?: number | undefined;
  readonly pace?: { readonly devicesPerMinute: number; readonly growth?: number | undefined } | null | undefined;
}

export type RolloutEffect =
  /** The rollout begins: its pending devices leave the other rollouts of the app that have begun. */
  | { readonly type: 'supersede' }
  /**
   * Pick pending members of waves `fromWave..throughWave` in order until `count` online ones are found, with the offline ones
   * passed on the way; answer with `picked`. `isBorrowing`: online ones only, of later waves.
   */
  | {
      readonly type: 'pick';
      readonly fromWave: number;
      readonly throughWave: number;
      readonly count: number;
      readonly isBorrowing: boolean;
    }
  /** Write the desired states of these devices; their members carry attempt and generation. */
  | { readonly type: 'assign'; readonly devices: readonly DeviceId[] }
  /** Every member that is pending or waiting becomes skipped; the sums are already moved. */
  | { readonly type: 'dismiss' }
  /** Start the rollout that takes back what was reached. */
  | { readonly type: 'revert' };

export interface RolloutEnv {
  readonly nowMs: number;
}

export interface RolloutStep {
  readonly rollout: RolloutHeader;
  /** Only those that changed. */
  readonly members: readonly Member[];
  readonly effects: readonly RolloutEffect[];
}
