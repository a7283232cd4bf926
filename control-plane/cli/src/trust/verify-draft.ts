import { hasThreshold, type RootDocument, rootSigners, type TrustDraft } from '@wherry/protocol';
import type { Command } from 'commander';
import { note, type Shell } from '../shell.ts';
import { keyFolder } from './key-folder.ts';
import { knownOf, knownPlace, OFFLINE, readKnown } from './known-repository.ts';
import { firstSight, orThrow, remember, type SightOptions, startOf } from './sight.ts';
import { verifyRaw } from './tuf-keys.ts';
import { isSame, reachRoot, verifyTargets } from './verify-served.ts';

/**
 * A draft from elsewhere, before anything in it is signed: the root that it is made on must be the one that this machine knows, or one
 * signed by its keys, and the targets those of that root. Roles of apps were verified where the draft was made; a draft holds only what
 * they shall be. Codes: arbitrary_software, rollback_attack, equivocation.
 */
export async function verifyDraft(
  shell: Shell,
  command: Command,
  { tenant, base: { root, targets } }: TrustDraft,
): Promise<void> {
  if (!root) return;
  const options = command.opts<SightOptions>();
  const keys = keyFolder(shell, options.keys);
  const all = (await knownOf(keys, tenant)).map(({ roots }) => roots);
  const starts = options.trust === undefined ? all : [await startOf(shell, options, all.flat())];
  if (!starts.some((known) => isReached(known, root))) orThrow(reachRoot(starts[0] ?? [], root, [], false));
  if (targets) orThrow(verifyTargets(root, targets));
  if (starts.some((known) => known.some((one) => isSame(one, root)))) return;
  if (starts.length === 0) note(shell, command, firstSight(root));
  const place = knownPlace(keys, OFFLINE, tenant);
  const before = await readKnown(place);
  const older = (before?.roots ?? []).filter(({ signed }) => signed.version < root.signed.version);
  await remember(shell, command, place, { roots: [...older, root], versions: before?.versions ?? {} });
}

function isReached(known: readonly RootDocument[], root: RootDocument): boolean {
  if (reachRoot(known, root, [], false).ok) return true;
  // Nobody is there to ask for the roots between. Whoever has enough of the keys before could sign those too.
  const newest = known.at(-1);
  return (
    newest !== undefined &&
    root.signed.version > newest.signed.version &&
    hasThreshold(root, rootSigners(newest, 'root'), verifyRaw) &&
    hasThreshold(root, rootSigners(root, 'root'), verifyRaw)
  );
}
