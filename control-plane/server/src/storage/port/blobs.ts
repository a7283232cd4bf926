/** Which tenant may read which blob; the bytes are behind the `Blobs` port and may be shared. */
export interface BlobRepository {
  /** False when the tenant has it already. */
  add(tenant: string, digest: string, sizeBytes: number, atMs: number): Promise<boolean>;
  /** Size in bytes; null when the tenant has no such blob. */
  find(tenant: string, digest: string): Promise<number | null>;
}
