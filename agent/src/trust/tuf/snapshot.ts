import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { TUF_BOUNDS } from './bounds.ts';
import { checkExpiry } from './expiry.ts';
import { checkFile } from './file-hashes.ts';
import { readSnapshot, type SnapshotFile, type TimestampFile } from './metadata.ts';
import { checkSignatures, signersOf } from './signatures.ts';
import type { FileRequest, Steps } from './steps.ts';
import type { TrustedSet } from './trusted-set.ts';

/** TUF 1.0 §5.5: the snapshot that the timestamp names, from the trusted set or from the repository. */
export function* loadSnapshot(
  trusted: TrustedSet,
  timestamp: TimestampFile,
  nowMs: number,
): Steps<Outcome<SnapshotFile>> {
  const meta = timestamp.signed.snapshotMeta;
  if (trusted.snapshot?.version === meta.version) {
    const same = checkFile(trusted.snapshot.bytes, meta, 'equivocation', `snapshot ${meta.version}`);
    if (!same.ok) return same;
    const fresh = checkExpiry(trusted.snapshot, nowMs, 'snapshot');
    return fresh.ok ? succeed(trusted.snapshot) : fresh;
  }
  const bytes = yield request(trusted, meta);
  if (!bytes.ok) return bytes;
  if (bytes.value === null) return refuse('mix_and_match', `snapshot ${meta.version} is named and not there`);
  return acceptSnapshot(trusted, timestamp, bytes.value, nowMs);
}

function request(trusted: TrustedSet, meta: TimestampFile['signed']['snapshotMeta']): FileRequest {
  return {
    name: trusted.root.signed.consistentSnapshot ? `${meta.version}.snapshot.json` : 'snapshot.json',
    mostBytes: Math.min(meta.length ?? TUF_BOUNDS.snapshotBytes, TUF_BOUNDS.snapshotBytes),
  };
}

/** Codes: mix_and_match, endless_data, metadata_malformed, arbitrary_software, rollback_attack, freeze_attack. */
export function acceptSnapshot(
  trusted: TrustedSet,
  timestamp: TimestampFile,
  bytes: Uint8Array,
  nowMs: number,
): Outcome<SnapshotFile> {
  const meta = timestamp.signed.snapshotMeta;
  // §5.5.2: what the timestamp says of it.
  const named = checkFile(bytes, meta, 'mix_and_match', 'the snapshot');
  if (!named.ok) return named;
  const read = readSnapshot(bytes);
  if (!read.ok) return read;
  const file = read.value;
  // §5.5.3: arbitrary software.
  const signed = checkSignatures(file, signersOf(trusted.root.signed, 'snapshot'), `snapshot ${file.version}`);
  if (!signed.ok) return signed;
  // §5.5.4: mix and match.
  if (file.version !== meta.version)
    return refuse('mix_and_match', `the snapshot is version ${file.version}, the timestamp names ${meta.version}`);
  const forward = checkForward(file, trusted.snapshot);
  if (!forward.ok) return forward;
  const fresh = checkExpiry(file, nowMs, 'snapshot');
  return fresh.ok ? read : fresh;
}

/** §5.5.5: rollback. No role that was listed goes back or away. */
function checkForward(file: SnapshotFile, current: SnapshotFile | null): Outcome<void> {
  if (current === null) return succeed(undefined);
  if (file.version < current.version)
    return refuse('rollback_attack', `snapshot ${file.version} is older than the trusted ${current.version}`);
  const { meta } = file.signed;
  for (const [name, known] of Object.entries(current.signed.meta)) {
    const offered = Object.hasOwn(meta, name) ? meta[name] : undefined;
    if (offered === undefined) return refuse('rollback_attack', `the snapshot has dropped ${name}`);
    if (offered.version < known.version)
      return refuse('rollback_attack', `the snapshot names ${name} ${offered.version}, older than ${known.version}`);
  }
  return succeed(undefined);
}
