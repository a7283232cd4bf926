/** Processes that serve the same store. Each holds the sessions of the devices that are connected to it. */
export interface ProcessRepository {
  /** The process lives. */
  beat(id: string, atMs: number): Promise<void>;
  /** How many others were heard since the time. */
  others(id: string, heardSinceMs: number): Promise<number>;
  /**
   * Ends processes that were not heard since the time, and those named: their sessions are over, so their devices are offline since `atMs`.
   * Devices that are online but held by nobody known are taken as ended too. Returns how many devices that were.
   */
  end(heardBeforeMs: number, ids: readonly string[], atMs: number): Promise<number>;
}
