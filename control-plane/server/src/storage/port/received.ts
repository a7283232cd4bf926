/** A run of numbers of one start of a device: `firstSeq..seq`. */
export interface ReceivedRun {
  readonly device: string;
  readonly boot: string;
  readonly firstSeq: number;
  readonly seq: number;
}

/** Which numbered messages are stored, so that each is applied once (C1, R5). */
export interface ReceivedRepository {
  /**
   * Notes the runs; returns for each, in order, whether it is new: a run is new when its last number was not noted before.
   * Numbers above the first gap are kept until the gap closes, at most `maxAhead` runs of a boot; a run beyond is `refused`.
   */
  note(
    tenant: string,
    runs: readonly ReceivedRun[],
    atMs: number,
    maxAhead: number,
  ): Promise<('new' | 'repeated' | 'refused')[]>;
  /** Highest number of each boot such that it and all below it are stored. */
  contiguous(
    tenant: string,
    boots: readonly { device: string; boot: string }[],
  ): Promise<{ device: string; boot: string; upTo: number }[]>;
  /** Forgets boots not heard since; returns how many. Of every tenant. */
  prune(beforeMs: number): Promise<number>;
}
