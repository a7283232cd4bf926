import type { AuditEntry } from '@wherry/protocol';
import type { Page, PageRequest } from './page.ts';

export interface AuditRepository {
  /** Only ever added to (C3). */
  append(tenant: string, entry: Omit<AuditEntry, 'id'>): Promise<void>;
  list(tenant: string, page: PageRequest): Promise<Page<AuditEntry>>;
}
