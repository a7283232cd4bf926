import type { Replacement } from '../altered-copy.ts';

/**
 * A check on the way from signed documents to a program, where it is, and the tampers that it keeps out: tests of the product which must
 * fail once it is gone, or they prove nothing. One that stands in several layers is removed from all of them.
 */
export interface TrustDefence {
  readonly name: string;
  /** The file of the tampers, from the root of the sources. */
  readonly test: string;
  /** Words of their titles; each must be seen to fail. */
  readonly tampers: readonly string[];
  readonly replacements: readonly Replacement[];
  /** It bounds time: without it the tampers never end. Of any other defence a test that ran out of time shows nothing. */
  readonly boundsTime?: true;
}
