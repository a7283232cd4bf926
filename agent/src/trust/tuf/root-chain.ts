import { type Outcome, type Problem, refuse } from '@wherry/protocol';
import { TUF_BOUNDS } from './bounds.ts';
import { type RootFile, readRoot } from './metadata.ts';
import { checkSignatures, materialsOf, signersOf } from './signatures.ts';
import type { Steps } from './steps.ts';

/** The chain of roots: each version is vouched for by the keys of the one before and by its own (TUF 1.0 §5.3). */

/** A root that comes with the device or lies on its disk: it must at least be signed by itself. */
export function openRoot(bytes: Uint8Array): Outcome<RootFile> {
  const root = readRoot(bytes);
  if (!root.ok) return root;
  const signed = checkSignatures(root.value, signersOf(root.value.signed, 'root'), 'the root');
  return signed.ok ? root : signed;
}

/** Codes: endless_data, metadata_malformed, arbitrary_software, rollback_attack, equivocation, root_gap. */
export function acceptRoot(trusted: RootFile, bytes: Uint8Array): Outcome<RootFile> {
  const root = readRoot(bytes);
  if (!root.ok) return root;
  const { version } = root.value;
  // §5.3.4: arbitrary software. Both sides must agree to a change of hands.
  for (const signers of [signersOf(trusted.signed, 'root'), signersOf(root.value.signed, 'root')]) {
    const signed = checkSignatures(root.value, signers, `root ${version}`);
    if (!signed.ok) return signed;
  }
  // §5.3.5: rollback.
  const expected = trusted.version + 1;
  if (version === expected) return root;
  const what = `the root is version ${version}, ${expected} was asked for`;
  if (version > expected) return refuse('root_gap', what);
  const isOther = version === trusted.version && root.value.content !== trusted.content;
  return refuse(isOther ? 'equivocation' : 'rollback_attack', what);
}

/**
 * §5.3.2 to 5.3.9: every newer root, one after the other, until there is none. What was reached stays, also where it ends badly:
 * each step was vouched for by itself.
 */
export function* followRoots(from: RootFile): Steps<{ readonly root: RootFile; readonly problem: Problem | null }> {
  let root = from;
  for (let steps = 0; ; steps += 1) {
    const bytes = yield { name: `${root.version + 1}.root.json`, mostBytes: TUF_BOUNDS.rootBytes };
    if (!bytes.ok) return { root, problem: bytes.problems[0] ?? null };
    if (bytes.value === null) return { root, problem: null };
    const next =
      steps < TUF_BOUNDS.rootsPerRefresh
        ? acceptRoot(root, bytes.value)
        : refuse('too_many_roots', `more than ${TUF_BOUNDS.rootsPerRefresh} new roots at once`);
    if (!next.ok) return { root, problem: next.problems[0] ?? null };
    root = next.value;
  }
}

/**
 * §5.3.11: some key of timestamp or snapshot has gone. Whoever held it may have signed the highest of all versions; what they signed
 * must not stand in the way of what their successors sign.
 */
export function hasRotatedOnlineKeys(before: RootFile, after: RootFile): boolean {
  return ['timestamp', 'snapshot'].some((role) => {
    const kept = materialsOf(signersOf(after.signed, role));
    return [...materialsOf(signersOf(before.signed, role))].some((material) => !kept.has(material));
  });
}
