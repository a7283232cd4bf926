import { createHash } from 'node:crypto';
import { nextVersion, TUF_SPEC_VERSION } from '@wherry/protocol';
import type { TrustFile } from '../../storage/port/trust-metadata.ts';
import { APP_LIMITS } from '../limits.ts';
import { LostRace, type Work } from '../transact.ts';

/**
 * Snapshot and timestamp over what is stored now, in the transaction of the change.
 */
export async function signNewest(work: Pick<Work, 'context' | 'tenant' | 'nowMs' | 'repositories'>): Promise<void> {
  const files = await work.repositories.trustMetadata.all(work.tenant);
  const listed = files.filter(({ role }) => !['root', 'snapshot', 'timestamp'].includes(role));
  const meta = Object.fromEntries(listed.map((file) => [`${file.role}.json`, metaOf(file)]));
  const snapshot = await signOnline(work, files, 'snapshot', APP_LIMITS.snapshotValidMs, meta);
  await signTimestamp(work, files, snapshot);
}

/** The timestamp alone: nothing has changed, and says so for another day. */
export async function signTimestamp(
  work: Pick<Work, 'context' | 'tenant' | 'nowMs' | 'repositories'>,
  files: readonly TrustFile[],
  snapshot: TrustFile,
): Promise<void> {
  await signOnline(work, files, 'timestamp', APP_LIMITS.timestampValidMs, { 'snapshot.json': metaOf(snapshot) });
}

async function signOnline(
  { context, tenant, nowMs, repositories }: Pick<Work, 'context' | 'tenant' | 'nowMs' | 'repositories'>,
  files: readonly TrustFile[],
  role: 'snapshot' | 'timestamp',
  validMs: number,
  meta: object,
): Promise<TrustFile> {
  const before = files.find((file) => file.role === role)?.version ?? 0;
  const version = nextVersion(before, nowMs);
  const expires = new Date(nowMs + validMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const head = { _type: role, spec_version: TUF_SPEC_VERSION, version, expires };
  const content = context.online.seal(role, { ...head, meta });
  const file: TrustFile = { role, version, content, expiresAtMs: Date.parse(expires) };
  if (!(await repositories.trustMetadata.add(tenant, file, nowMs))) throw new LostRace(`${role} ${version} is there`);
  return file;
}

function metaOf({ version, content }: TrustFile) {
  const bytes = Buffer.from(content);
  return { version, length: bytes.length, hashes: { sha256: createHash('sha256').update(bytes).digest('hex') } };
}
