import type { Outcome, Problem } from '@wherry/protocol';
import { refuse } from '@wherry/protocol';
import { TUF_BOUNDS } from './bounds.ts';
import { checkExpiry } from './expiry.ts';
import type { TargetsFile } from './metadata.ts';
import { followRoots, hasRotatedOnlineKeys } from './root-chain.ts';
import { loadSnapshot } from './snapshot.ts';
import type { Steps } from './steps.ts';
import { loadTargets } from './targets.ts';
import { acceptTimestamp } from './timestamp.ts';
import type { TrustedSet } from './trusted-set.ts';

/**
 * The client workflow of TUF 1.0 §5.3 to 5.6, from one trusted set to the next: bytes and a time in, a verdict out. What was accepted
 * before something was refused stays accepted (§5.3.8, 5.4.5, 5.5.7): it stands in the way of whoever offers something older.
 */
export interface Refreshed {
  readonly trusted: TrustedSet;
  /** The top-level targets, of the newest consistent state. */
  readonly verdict: Outcome<TargetsFile>;
  readonly notices: readonly Problem[];
}

export function* refreshTrust(from: TrustedSet, nowMs: number): Steps<Refreshed> {
  const chain = yield* followRoots(from.root);
  const isRecovery = hasRotatedOnlineKeys(from.root, chain.root);
  let trusted: TrustedSet = { ...from, root: chain.root, ...(isRecovery ? { timestamp: null, snapshot: null } : {}) };
  const notices: Problem[] = [];
  const end = (verdict: Outcome<TargetsFile>): Refreshed => ({ trusted, verdict, notices });

  if (chain.problem !== null) return end({ ok: false, problems: [chain.problem] });
  const rootFresh = checkExpiry(trusted.root, nowMs, 'root');
  if (!rootFresh.ok) return end(rootFresh);

  const bytes = yield { name: 'timestamp.json', mostBytes: TUF_BOUNDS.timestampBytes };
  if (!bytes.ok) return end(bytes);
  if (bytes.value === null) return end(refuse('mix_and_match', 'the repository has no timestamp'));
  const timestamp = acceptTimestamp(trusted, bytes.value, nowMs);
  if (!timestamp.ok) return end(timestamp);
  const { file, notice } = timestamp.value;
  if (notice !== null) notices.push(notice);
  trusted = { ...trusted, timestamp: file };

  const snapshot = yield* loadSnapshot(trusted, file, nowMs);
  if (!snapshot.ok) return end(snapshot);
  trusted = { ...trusted, snapshot: snapshot.value };

  const targets = yield* loadTargets(trusted, { delegator: trusted.root.signed, role: 'targets' }, nowMs);
  trusted = targets.trusted;
  return end(targets.file);
}
