import type { Release } from '@wherry/protocol';
import type { Instance } from '../runtimes/port.ts';

/** The one instance of each app, as long as it is not stopped. */
export interface HeldInstance {
  readonly app: string;
  readonly ticket: number;
  readonly release: Release;
  readonly releaseDigest: string;
  readonly instance: Instance;
}

export type Instances = Map<string, HeldInstance>;
