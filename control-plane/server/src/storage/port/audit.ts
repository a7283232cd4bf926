import type { AuditEntry, Envelope } from '@wherry/protocol';
import type { Page, PageRequest } from './page.ts';

export interface AuditRepository {
  /** Adds an entry and moves the head to it; only ever added to (C3). False when the head is not the one that was read any more. */
  append(tenant: string, entry: AuditEntry, sealed: Envelope, read: AuditHead | null): Promise<boolean>;
  /** Where the chain is said to end. Null when nothing says so. */
  head(tenant: string): Promise<AuditHead | null>;
  /** The newest entry. */
  last(tenant: string): Promise<AuditEntry | null>;
  heads(): Promise<({ readonly tenant: string } & AuditHead)[]>;
  /** Signs a head anew. */
  seal(tenant: string, head: Envelope): Promise<void>;
  /** Newest first. */
  list(tenant: string, page: PageRequest): Promise<Page<AuditEntry>>;
  /** Oldest first, behind a number. */
  after(tenant: string, id: number, limit: number): Promise<AuditEntry[]>;
  /** The last entry of those, from the first one on, that are all older; null when the first is not. */
  lastBefore(tenant: string, atMs: number): Promise<AuditEntry | null>;
  /** Gives up the entries up to a number, behind a signed checkpoint. */
  prune(tenant: string, throughId: number, checkpoint: Envelope): Promise<void>;
}

export interface AuditHead {
  readonly id: number;
  readonly hash: string;
  readonly sealed: Envelope | null;
  readonly checkpoint: Envelope | null;
}
