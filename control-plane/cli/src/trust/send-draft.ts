import { publisherRole, publishRelease, type TrustDraft, updateTrust } from '@wherry/protocol';
import type { Command } from 'commander';
import type { Connection } from '../connection/connect.ts';
import { CliFailure, EXIT } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { missingSignatures } from './draft.ts';
import { keyFolder } from './key-folder.ts';
import { entryOf, learn } from './known-app.ts';
import { knownPlace, readKnown } from './known-repository.ts';
import type { BegunRepository, Repository } from './repository.ts';
import { remember, type SightOptions } from './sight.ts';
import { follows } from './verify-served.ts';

/** What others are asked to sign, and what it is made on, so that they can tell what changes. */
export function draftOn(
  { tenant, state: { root, targets, roles }, apps }: Repository & Partial<Pick<BegunRepository, 'apps'>>,
  documents: TrustDraft['documents'],
): TrustDraft {
  const changed = Object.keys(documents.publishers ?? {});
  const replaced = changed.map((app) => publisherRole(tenant, app));
  if (documents.targets) replaced.push('targets');
  const versionOf = (role: string) => roles.find((one) => one.role === role)?.version ?? 0;
  const versions = Object.fromEntries(replaced.map((role) => [role, versionOf(role)]));
  const publishers = Object.fromEntries([...(apps?.verified ?? [])].filter(([app]) => changed.includes(app)));
  return { kind: 'wherry-trust-draft', tenant, base: { root, targets, versions, publishers }, documents };
}

/** Takes a change to the control plane if it has all its signatures; a release together with the role that names it. */
export async function uploadDraft({ client }: Connection, change: TrustDraft): Promise<void> {
  checkSignatures(change);
  const [role] = Object.values(change.documents.publishers ?? {});
  if (change.release !== undefined && role)
    await client.call(publishRelease, { body: { payload: change.release, role } });
  else {
    const { versions } = change.base;
    await client.call(updateTrust, { body: { ...change.documents, ...(versions && { over: versions }) } });
  }
}

/** Throws with code signature_missing, for each that is not there. */
export function checkSignatures(change: TrustDraft, advice?: string): void {
  const missing = missingSignatures(change);
  if (missing.length === 0) return;
  const messages = missing.map(
    ({ what, count, of }) => `${what} needs ${count} more of these keys: ${of.map((id) => id.slice(0, 12)).join(', ')}`,
  );
  const all = advice === undefined ? messages : [...messages, advice];
  throw new CliFailure(
    EXIT.refused,
    all.map((message) => ({ code: 'signature_missing' as const, message })),
  );
}

/** What was taken to the control plane from here: it may show nothing older from now on. `isOwn`: it was signed here. */
export async function rememberSent(
  shell: Shell,
  command: Command,
  { origin }: Connection,
  { tenant, base, documents: { root, targets, publishers = {} } }: TrustDraft,
  isOwn: boolean,
): Promise<void> {
  const place = knownPlace(keyFolder(shell, command.opts<SightOptions>().keys), origin, tenant);
  const isBeginning = isOwn && base.root === null;
  const known = isBeginning ? null : await readKnown(place);
  const roots = known?.roots ?? [];
  const newest = roots.at(-1);
  const isNext = root !== undefined && (newest ? follows(newest, root) : base.root === null);
  const versions: Record<string, number> = { ...known?.versions };
  const sent = [
    ...(isNext ? [['root', root.signed.version] as const] : []),
    ...(targets ? [['targets', targets.signed.version] as const] : []),
    ...Object.entries(publishers).map(([app, { signed }]) => [publisherRole(tenant, app), signed.version] as const),
  ];
  for (const [role, version] of sent) versions[role] = Math.max(versions[role] ?? 0, version);
  const kept = isNext ? [...roots, root] : roots;
  const learnt = Object.entries(isOwn ? publishers : {}).map(
    ([app, document]) => [app, learn(entryOf(known?.apps, app), document, false)] as const,
  );
  const apps = { ...known?.apps, ...Object.fromEntries(learnt) };
  if (kept.length > 0) await remember(shell, command, place, { roots: kept, versions, apps });
}
