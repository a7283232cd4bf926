import type { ClaimToken } from '@wherry/protocol';
import type { Page, PageRequest } from './page.ts';

export interface ClaimTokenRecord extends ClaimToken {
  readonly tenant: string;
  /** SHA-256 of the token's secret, hex. */
  readonly secretHash: string;
  readonly usedAtMs: number | null;
  /** The report key that used it (SPKI DER, base64): a repeated claim with the same key is the same claim. */
  readonly usedReportKey: string | null;
  /** For a device that is there already: its identity is made anew. */
  readonly isReclaim: boolean;
}

export interface ClaimTokenRepository {
  add(record: ClaimTokenRecord): Promise<void>;
  /** The one look-up without a tenant: the token says whose it is. */
  find(id: string): Promise<ClaimTokenRecord | null>;
  /** True for exactly one caller: a conditional update on "not used". */
  use(id: string, by: { device: string; reportKey: string; atMs: number }): Promise<boolean>;
  /** True when nobody was told of misuse of this token within `quietMs`, and now is. */
  alarm(id: string, atMs: number, quietMs: number): Promise<boolean>;
  list(tenant: string, page: PageRequest): Promise<Page<ClaimTokenRecord>>;
  /** Only unused ones can be removed. */
  remove(tenant: string, id: string): Promise<'removed' | 'used' | 'not_found'>;
}
