import type { Capabilities, GuestLimits, LogLine, Sample, Trigger } from '@wherry/protocol';
import type { Guest } from './guests.ts';
import type { Stage } from './stage.ts';

/**
 * An attack: a guest that wants more than it was given, delivered as a signed release to a real agent. A case says what is tried,
 * how an escape would be seen, and what the defence makes of it; what must hold after every attack is looked at in stage.ts.
 */
export interface Attack {
  readonly tries: string;
  /** How an escape is recognised, in words. */
  readonly escape: string;
  /** What comes out when the defence holds: `healthy`, `rejected code`, `200 body`, `504 wall_limit` … */
  readonly expect: RegExp;
  readonly guest: Guest;
  /** Where it runs: an ordinary agent, or one whose runner is a hostile program. */
  readonly device?: 'ordinary' | 'hostile-runner';
  /** The app's name; unless told, the case's own. */
  readonly app?: string;
  readonly release?: (scene: Scene) => ReleasePart;
  /** An honest neighbour is delivered with it, into the same process (neighbour.ts). */
  readonly beside?: boolean;
  /** What is done; unless told, the guest is deployed and called once over HTTP. Answers the outcome. */
  readonly act?: (scene: Scene) => Promise<string>;
  /** What got out, in words; null when nothing did. */
  readonly escaped?: (scene: Scene, outcome: string) => string | null | Promise<string | null>;
}

/** One attack on a stage: its release is delivered beside the canary's, called, and looked at from all sides. */
export interface Scene {
  readonly stage: Stage;
  readonly app: string;
  readonly dataFolder: string;
  readonly module: Buffer;
  /** Where the verified module lies on the device. */
  readonly blobPath: string;
  /** Delivers the guest: `healthy`, or the state and the code it ended with. */
  deploy(): Promise<string>;
  call(path?: string, withinMs?: number): Promise<string>;
  callOther(app: string): Promise<string>;
  /** Calls until it is answered with 200 again, which a restart delays. */
  callAgain(): Promise<string>;
  /** Pid of the runner that holds the guest: the one that works while the guest is called with `?burn`. */
  runner(): Promise<number>;
  /** What the device told since the scene began. */
  logs(): readonly LogLine[];
  samples(): readonly Sample[];
  published(): readonly { readonly topic: string; readonly payload: Buffer }[];
}

export interface ReleasePart {
  readonly capabilities?: Capabilities;
  readonly limits?: Partial<GuestLimits>;
  readonly triggers?: readonly Trigger[];
  /** How often the device tells usage while the attack runs. */
  readonly usageEveryMs?: number;
  /** How long it must be well before it counts as healthy. */
  readonly healthSoakMs?: number;
}

/** `held`: as expected. `escaped`: recognised. `unclear`: neither, which counts as an escape until it is understood. */
export interface Result {
  readonly name: string;
  readonly verdict: 'held' | 'escaped' | 'unclear';
  readonly outcome: string;
  readonly why: string | null;
  /** What was wrong with the agent or its other module afterwards. */
  readonly down: string | null;
  readonly durationMs: number;
}
