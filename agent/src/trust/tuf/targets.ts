import type { MetaFile, Root, Targets } from '@tufjs/models';
import { type Outcome, refuse } from '@wherry/protocol';
import { TUF_BOUNDS } from './bounds.ts';
import { fileNameOf } from './delegations.ts';
import { checkExpiry } from './expiry.ts';
import { checkFile } from './file-hashes.ts';
import { readTargets, type TargetsFile, versionRead } from './metadata.ts';
import { checkSignatures, signersOf } from './signatures.ts';
import type { Steps } from './steps.ts';
import type { TrustedSet } from './trusted-set.ts';

/** One step from a delegator to a role, whatever is known of the role from elsewhere: its keys are those that this delegator names. */
export interface Hop {
  readonly delegator: Root | Targets;
  readonly role: string;
}

/** What was loaded, and the trusted set that has it. */
export interface Loaded {
  readonly trusted: TrustedSet;
  readonly file: Outcome<TargetsFile>;
}

/**
 * TUF 1.0 §5.6 for `targets` and each delegated role. `nowMs` null: time is not looked at, for what runs already.
 * Codes: mix_and_match, endless_data, metadata_malformed, arbitrary_software, equivocation, freeze_attack.
 */
export function* loadTargets(trusted: TrustedSet, hop: Hop, nowMs: number | null): Steps<Loaded> {
  const metas = trusted.snapshot?.signed.meta ?? {};
  const meta = Object.hasOwn(metas, `${hop.role}.json`) ? metas[`${hop.role}.json`] : undefined;
  if (meta === undefined) return { trusted, file: refuse('mix_and_match', `the snapshot does not list ${hop.role}`) };
  const stored = trusted.targets.get(hop.role);
  const known = stored === undefined ? null : acceptTargets(stored, meta, hop, nowMs);
  if (known?.ok) return { trusted, file: known };
  const name = fileNameOf(hop.role);
  const bytes = yield {
    name: trusted.root.signed.consistentSnapshot ? `${meta.version}.${name}` : name,
    mostBytes: Math.min(meta.length ?? TUF_BOUNDS.targetsBytes, TUF_BOUNDS.targetsBytes),
  };
  if (!bytes.ok) return { trusted, file: bytes };
  if (bytes.value === null)
    return { trusted, file: known ?? refuse('mix_and_match', `${hop.role} ${meta.version} is listed and not there`) };
  const file = acceptTargets(bytes.value, meta, hop, nowMs);
  if (!file.ok) return { trusted, file };
  if (stored !== undefined && isOtherOfSameVersion(stored, file.value, hop))
    return { trusted, file: refuse('equivocation', `${hop.role} ${meta.version} exists with two contents`) };
  return { trusted: { ...trusted, targets: new Map(trusted.targets).set(hop.role, bytes.value) }, file };
}

function acceptTargets(bytes: Uint8Array, meta: MetaFile, hop: Hop, nowMs: number | null): Outcome<TargetsFile> {
  // §5.6.2: what the snapshot says of it.
  const named = checkFile(bytes, meta, 'mix_and_match', hop.role);
  if (!named.ok) return named;
  const read = readTargets(bytes);
  if (!read.ok) return read;
  // §5.6.3: arbitrary software.
  const signed = checkSignatures(read.value, signersOf(hop.delegator, hop.role), `${hop.role} ${read.value.version}`);
  if (!signed.ok) return signed;
  // §5.6.4: mix and match.
  if (read.value.version !== meta.version)
    return refuse('mix_and_match', `${hop.role} is version ${read.value.version}, the snapshot names ${meta.version}`);
  const fresh = nowMs === null ? null : checkExpiry(read.value, nowMs, hop.role);
  return fresh?.ok === false ? fresh : read;
}

/** What lies there counts only if it was signed by the keys that count now. */
function isOtherOfSameVersion(stored: Uint8Array, file: TargetsFile, { delegator, role }: Hop): boolean {
  const known = versionRead(stored);
  if (known !== undefined && known !== file.version) return false;
  const before = readTargets(stored);
  if (!before.ok || before.value.version !== file.version || before.value.content === file.content) return false;
  return checkSignatures(before.value, signersOf(delegator, role), role).ok;
}
