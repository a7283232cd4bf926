import type { OutwardKind, OutwardOf } from '../../core/lifecycle/effects.ts';
import type { LifecycleEvent } from '../../core/lifecycle/events.ts';
import type { DeploymentRecord } from '../../core/lifecycle/state.ts';
import type { Policy } from '../../core/policy.ts';
import type { Logger } from '../../logs/logger.ts';
import type { HostServices } from '../../runtimes/port.ts';
import type { Store } from '../../store/store.ts';
import type { Triggers } from '../../triggers/port.ts';
import type { Device } from '../device.ts';
import type { FetchProblem } from '../device-http.ts';
import type { DeviceSecrets } from '../device-secrets.ts';
import type { WantedBlob } from '../downloading/wanted.ts';
import type { Effects } from '../effects.ts';
import type { HeldInstance, Instances } from '../instances.ts';
import type { TrustedReleases } from '../trusted-releases.ts';

/** What the executors work with: made once in compose.ts. */
export interface ExecutorContext {
  readonly store: Store;
  readonly effects: Effects;
  /** Fetches a blob unless it is there and sound; few at a time. */
  readonly download: (blob: WantedBlob, signal: AbortSignal) => Promise<FetchProblem | null>;
  readonly releases: TrustedReleases;
  readonly device: Device;
  readonly policy: Policy;
  readonly triggers: Triggers;
  readonly instances: Instances;
  readonly secrets: Pick<DeviceSecrets, 'ready'>;
  readonly hostFor: (app: string) => HostServices;
  readonly records: () => Iterable<DeploymentRecord>;
  /** Do the triggers of the app still wait to move to this instance? */
  readonly isMoving: (app: string, ticket: number) => boolean;
  readonly dispatch: (app: string, event: LifecycleEvent) => void;
  /** Before an instance is stopped. */
  readonly settleUsage: (held: HeldInstance) => Promise<void>;
  readonly forgetInRuntimes: (kept: ReadonlySet<string>) => Promise<void>;
  readonly timers: Map<string, NodeJS.Timeout>;
  readonly log: Logger;
}

/** Carries out one effect. `signal` is aborted when nobody waits for the answer any more. */
export type Executor<K extends OutwardKind> = (
  app: string,
  effect: OutwardOf<K>,
  context: ExecutorContext,
  signal: AbortSignal,
) => Promise<void> | void;

/** How long calls that have begun may take before their instance ends, whatever their own limit. */
export const DRAIN_MS_MAX = 30_000;
/** How long an instance has for ending by itself. */
export const STOP_GRACE_MS = 5_000;
