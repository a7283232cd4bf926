import type { AppName, Digest, Release, TenantId, Version } from '@wherry/protocol';
import type { Page, PageRequest } from './page.ts';

export interface ReleaseRecord {
  readonly tenant: TenantId;
  readonly app: AppName;
  readonly version: Version;
  /** Of the signed payload: the release's identity. */
  readonly digest: Digest;
  readonly releaseCounter: number;
  readonly publishedAtMs: number;
  /** Ids of publishers' keys, 64 hex digits. */
  readonly signedBy: string[];
  readonly payload: Release;
  /** The bytes that were published, as text: what the digest is of. */
  readonly content: string;
}

export interface ReleaseRepository {
  /** False when the digest, the version or the counter of that app is there already. */
  add(record: ReleaseRecord): Promise<boolean>;
  find(tenant: string, app: string, version: string): Promise<ReleaseRecord | null>;
  findByDigest(tenant: string, digest: string): Promise<ReleaseRecord | null>;
  /** The release of an app with the highest counter. */
  newest(tenant: string, app: string): Promise<ReleaseRecord | null>;
  /** Newest first. */
  list(tenant: string, filter: { app?: string | undefined }, page: PageRequest): Promise<Page<ReleaseRecord>>;
  count(tenant: string): Promise<number>;
}
