import type {
  CommandResult,
  LimitCounts,
  LimitHit,
  LogLine,
  Outcome,
  Release,
  Trigger,
  Variant,
  VariantKind,
} from '@wherry/protocol';

/** What a runtime says of itself when it is probed. */
export interface RuntimeIdentity {
  readonly version: string;
  /** What it turned out to be, where one API is spoken by several programs; its own name without. */
  readonly name?: string;
  /** Grants and limits of a release that it does not hold programs to on this device, in words. */
  readonly cannotHold?: readonly string[];
}

/**
 * Port: what runs a variant. Adapters: wasm/ (runner processes), docker/ (Docker Engine API, Podman speaks it too), fake/ (tests).
 * The shell decides when; a runtime only does. Differences are flags in `features`, never a question about `name`.
 */
export interface Runtime {
  readonly name: string;
  readonly kind: VariantKind;
  readonly features: RuntimeFeatures;
  /** Asked at start and before each deployment: is the runtime here, and which version? */
  probe(): Promise<Outcome<RuntimeIdentity>>;
  /**
   * Everything that can be refused without starting: admission, grants, platform, loading an image. Safe to repeat.
   * Codes: module_malformed, feature_refused, import_refused, capability_denied, memory_above_limit, wrong_platform, no_runtime, …
   */
  prepare(spec: WorkloadSpec): Promise<Outcome<void>>;
  /** Starts an instance. Codes: start_failed and those of `prepare`. */
  start(spec: WorkloadSpec, host: HostServices): Promise<Outcome<Instance>>;
  /** Finds and ends what an earlier, killed agent left behind. */
  cleanUp(): Promise<void>;
  /** Gives up what is kept for releases (by digest) that are not named, for example images; called when garbage is collected. */
  forgetExcept?(releases: ReadonlySet<string>): Promise<void>;
}

export interface RuntimeFeatures {
  /** Two instances of one app may run at once, for an update without a gap. */
  readonly sideBySide?: boolean;
  readonly triggers: ReadonlySet<Trigger['on']>;
  readonly isolation: 'shared' | 'process' | 'scope' | 'container';
}

/** A release made concrete for this device. */
export interface WorkloadSpec {
  readonly app: string;
  readonly release: Release;
  readonly releaseDigest: string;
  readonly variant: Variant;
  /** Declared keys only, defaults filled in. */
  readonly config: Readonly<Record<string, string>>;
  /** Path of the verified blob of the variant's module or image archive. */
  readonly artifactPath: string | null;
  /** Private folder of the app, kept over updates; exists when the release asks for data. */
  readonly dataPath: string | null;
}

export type TriggerEvent =
  | { readonly on: 'start' }
  | { readonly on: 'cron'; readonly schedule: string; readonly atMs: number }
  | { readonly on: 'mqtt'; readonly topic: string; readonly payload: Uint8Array }
  | {
      readonly on: 'http';
      readonly method: string;
      readonly path: string;
      readonly query: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    };

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** How one call ended. Codes of failures: guest_error, wall_limit, cpu_limit, fuel_limit, memory_limit; `limit` says how far it went. */
export type CallOutcome = Outcome<{ readonly answer?: HttpAnswer; readonly state?: Uint8Array }> & {
  readonly limit?: LimitHit;
};

export type ExitReason =
  | { readonly kind: 'stopped' }
  /** A `start` guest, or a container, that ended by itself. */
  | { readonly kind: 'ended'; readonly exitCode: number }
  | {
      readonly kind: 'crashed';
      /** no_runtime: what ran the instance is gone, for example a container engine that does not answer. */
      readonly code:
        | 'guest_error'
        | 'wall_limit'
        | 'cpu_limit'
        | 'memory_limit'
        | 'disk_full'
        | 'start_failed'
        | 'no_runtime';
      readonly message: string;
      readonly limit?: LimitHit;
    };

export interface Instance {
  /** Settles when the instance is gone, for whatever reason; never rejects. */
  readonly exited: Promise<ExitReason>;
  /** Runs one trigger; calls run one at a time, but for http triggers with a concurrency, and wait in a bounded queue. */
  call(event: TriggerEvent): Promise<CallOutcome>;
  /** One probe: the guest's own `onHealth`, an HTTP probe, or "it runs". */
  probe(): Promise<Outcome<void>>;
  /** Totals since the instance started. */
  usage(): Promise<InstanceUsage>;
  /** True as soon as no call runs or waits; false when that is not so after `limitMs`. */
  settled?(limitMs: number): Promise<boolean>;
  /** What its program keeps in memory and can hand over to the next version. */
  readonly state?: InstanceState;
  /** Asks it to end, ends it after `graceMs`. Safe to repeat. */
  stop(graceMs: number): Promise<void>;
}

export interface InstanceState {
  /** Does the program save, and has it anything to save? */
  isSaved(): boolean;
  isLoaded(): boolean;
  /** Codes: those of a call. */
  save(): Promise<Outcome<Uint8Array>>;
  load(state: Uint8Array): Promise<Outcome<void>>;
}

export interface InstanceUsage {
  readonly source: 'proc' | 'cgroup' | 'engine';
  readonly isolation: 'shared' | 'process' | 'scope' | 'container';
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly modulePeakBytes?: number;
  readonly calls: number;
  readonly errors: number;
  readonly limitsHit: number;
  /** The same by name. */
  readonly limits?: LimitCounts;
  readonly throttledMs?: number;
  readonly fuel?: number;
  readonly callP50Ms?: number;
  readonly callP99Ms?: number;
  readonly sentBytes?: number;
  readonly receivedBytes?: number;
}

/** What the agent does on behalf of a guest. The runtime has already checked the guest's grants and the sizes in LIMITS. */
export interface HostServices {
  log(line: Omit<LogLine, 'app'>): void;
  /** The program hit a limit: told to the fleet, thinned. */
  limitHit?(hit: LimitHit): void;
  /** The program was started again, and through no fault of its own: told to the fleet. */
  restarted?(reason: string): void;
  /** The value of a secret, which the caller wipes; null: there is none. */
  secret?(name: string): Uint8Array | null;
  /** Publishes on the device's own bus. */
  publish(topic: string, payload: Uint8Array): Promise<CommandResult>;
  readonly kv: {
    get(key: string): Uint8Array | null;
    /** False when the app's store would exceed LIMITS.kvTotalBytes. */
    set(key: string, value: Uint8Array): boolean;
    delete(key: string): void;
  };
}
