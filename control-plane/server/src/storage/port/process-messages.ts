/** What one process that serves this store says to the others: hints for those who watch, and messages for devices that they hold. */
export interface ProcessMessageRepository {
  append(sender: string, atMs: number, messages: readonly string[]): Promise<void>;
  /** Of others, above the number, oldest first; `newest` is where to go on, also when all of them were the reader's own. */
  after(id: number, reader: string, limit: number): Promise<{ messages: string[]; newest: number }>;
  /** The number of the newest: where a process begins to read. */
  newest(): Promise<number>;
  prune(beforeMs: number): Promise<number>;
}
