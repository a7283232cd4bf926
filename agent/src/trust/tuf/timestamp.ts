import { type Outcome, type Problem, refuse, succeed } from '@wherry/protocol';
import { checkExpiry } from './expiry.ts';
import { readTimestamp, type TimestampFile } from './metadata.ts';
import { checkSignatures, signersOf } from './signatures.ts';
import type { TrustedSet } from './trusted-set.ts';

export interface AcceptedTimestamp {
  readonly file: TimestampFile;
  /** Nothing that stops a device, but worth a word: somebody signs two documents under one version. */
  readonly notice: Problem | null;
}

/** TUF 1.0 §5.4. Codes: endless_data, metadata_malformed, arbitrary_software, rollback_attack, freeze_attack. */
export function acceptTimestamp(trusted: TrustedSet, bytes: Uint8Array, nowMs: number): Outcome<AcceptedTimestamp> {
  const read = readTimestamp(bytes);
  if (!read.ok) return read;
  const file = read.value;
  // §5.4.2: arbitrary software.
  const signed = checkSignatures(file, signersOf(trusted.root.signed, 'timestamp'), `timestamp ${file.version}`);
  if (!signed.ok) return signed;
  const chosen = choose(file, trusted.timestamp);
  if (!chosen.ok) return chosen;
  // §5.4.4: freeze.
  const fresh = checkExpiry(chosen.value.file, nowMs, 'timestamp');
  return fresh.ok ? chosen : fresh;
}

/** §5.4.3: rollback; under the same version the one that is trusted stays. */
function choose(file: TimestampFile, current: TimestampFile | null): Outcome<AcceptedTimestamp> {
  if (current === null) return succeed({ file, notice: null });
  if (file.version < current.version)
    return refuse('rollback_attack', `timestamp ${file.version} is older than the trusted ${current.version}`);
  if (file.version === current.version) {
    const isOther = file.content !== current.content;
    const message = `timestamp ${file.version} exists with two contents`;
    return succeed({ file: current, notice: isOther ? { code: 'equivocation', message } : null });
  }
  const [offered, known] = [file.signed.snapshotMeta.version, current.signed.snapshotMeta.version];
  if (offered < known)
    return refuse('rollback_attack', `the timestamp names snapshot ${offered}, older than the known ${known}`);
  return succeed({ file, notice: null });
}
