import { type AppName, publisherRole, type TrustDraft } from '@wherry/protocol';
import type { Connection } from '../connection/connect.ts';
import { refused } from '../failure.ts';
import { changePublisher, changeRootRole, type KeyChange, nextPublisher, nextTargets } from './edits.ts';
import { type BegunRepository, readPublisher } from './repository.ts';

export type RoleName = { readonly kind: 'root' | 'targets' } | { readonly kind: 'app'; readonly app: AppName };

/**
 * New metadata for changed keys. What the old keys signed is signed anew beside it, since it would count for nothing without them.
 * Code: not_found, for a key that the role does not have.
 */
export async function changeKeys(
  connection: Connection,
  { tenant, root, targets }: BegunRepository,
  role: RoleName,
  change: KeyChange,
  nowMs: number,
): Promise<TrustDraft['documents']> {
  const name = role.kind === 'app' ? publisherRole(tenant, role.app) : role.kind;
  const before =
    role.kind === 'app'
      ? targets.signed.delegations.roles.find((one) => one.name === name)
      : root.signed.roles[role.kind];
  for (const id of change.remove ?? [])
    if (!before?.keyids.includes(id)) throw refused('not_found', `${name} does not have the key ${id.slice(0, 12)}`);
  if (role.kind === 'app') {
    const signed = changePublisher(targets.signed, tenant, role.app, change, nowMs);
    const document = await readPublisher(connection, role.app);
    const isLeft = signed.delegations.roles.some((one) => one.name === name);
    return {
      targets: { signatures: [], signed },
      ...(document && isLeft
        ? { publishers: { [role.app]: { signatures: [], signed: nextPublisher(document.signed, nowMs) } } }
        : {}),
    };
  }
  if (before && before.keyids.length - (change.remove?.length ?? 0) + (change.add?.length ?? 0) < 1)
    throw refused('not_allowed_in_state', `${name} would have no key left: use "wherry trust key rotate"`);
  return {
    root: { signatures: [], signed: changeRootRole(root.signed, role.kind, change, nowMs) },
    ...(role.kind === 'targets' ? { targets: { signatures: [], signed: nextTargets(targets.signed, nowMs) } } : {}),
  };
}
