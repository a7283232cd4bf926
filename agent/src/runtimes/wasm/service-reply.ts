/** What a host call answers: a STATUS or a length for the guest, and bytes for it. */
export interface ServiceReply {
  readonly status: number;
  readonly tail?: Uint8Array;
  /** The bytes are wiped when they were handed over. */
  readonly isSecret?: boolean;
}
