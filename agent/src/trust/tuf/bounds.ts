/** Every bound of the updater. The first six are those of the reference implementations of TUF. */
export const TUF_BOUNDS = {
  rootBytes: 512_000,
  timestampBytes: 16_384,
  snapshotBytes: 2_000_000,
  targetsBytes: 5_000_000,
  rootsPerRefresh: 256,
  rolesPerSearch: 32,
  /** Nesting of JSON. */
  depth: 32,
  keysPerRole: 64,
  signaturesPerFile: 64,
  /** Of the file name that a role name becomes. */
  roleNameBytes: 200,
  pathBytes: 512,
} as const;

/** Of one file on its way. */
export interface FetchBounds {
  readonly totalMs: number;
  /** The rate counts from then on. */
  readonly graceMs: number;
  readonly minBytesPerSecond: number;
  readonly attempts: number;
  readonly redirects: number;
}

export const FETCH_BOUNDS: FetchBounds = {
  totalMs: 120_000,
  graceMs: 10_000,
  minBytesPerSecond: 256,
  attempts: 3,
  redirects: 3,
};
