import { type AppName, publisherRole, type TrustDraft } from '@wherry/protocol';
import type { Connection } from '../connection/connect.ts';
import { refused } from '../failure.ts';
import { changePublisher, changeRootRole, type KeyChange, nextPublisher, nextTargets } from './edits.ts';
import { type BegunRepository, readPublisher, readUnverified } from './repository.ts';
import { verifyPublisher } from './verify-served.ts';

export type RoleName = { readonly kind: 'root' | 'targets' } | { readonly kind: 'app'; readonly app: AppName };

/**
 * New metadata for changed keys. What the old keys signed is signed anew beside it, since it would count for nothing without them.
 * Code: not_found, for a key that the role does not have.
 */
export async function changeKeys(
  connection: Connection,
  repository: BegunRepository,
  role: RoleName,
  change: KeyChange,
  nowMs: number,
): Promise<TrustDraft['documents']> {
  const { tenant, root, targets } = repository;
  const name = role.kind === 'app' ? publisherRole(tenant, role.app) : role.kind;
  const before =
    role.kind === 'app'
      ? targets.signed.delegations.roles.find((one) => one.name === name)
      : root.signed.roles[role.kind];
  for (const id of change.remove ?? [])
    if (!before?.keyids.includes(id)) throw refused('not_found', `${name} does not have the key ${id.slice(0, 12)}`);
  if (role.kind === 'app') {
    const signed = changePublisher(targets.signed, tenant, role.app, change, nowMs);
    const isLeft = signed.delegations.roles.some((one) => one.name === name);
    const document = isLeft ? await readPublisher(connection, repository, role.app) : null;
    return {
      targets: { signatures: [], signed },
      ...(document
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

/**
 * New targets that let keys sign for an app. What its role names stays when enough of them have signed it, and is signed anew when they
 * were let in beside others. An app that was given up begins with nothing named: nobody can say any more who signed what is there.
 */
export async function delegateApp(
  connection: Connection,
  repository: BegunRepository,
  app: AppName,
  change: KeyChange,
  nowMs: number,
): Promise<TrustDraft['documents']> {
  const role = publisherRole(repository.tenant, app);
  const targets = {
    signatures: [],
    signed: changePublisher(repository.targets.signed, repository.tenant, app, change, nowMs),
  };
  const wasDelegated = repository.targets.signed.delegations.roles.some(({ name }) => name === role);
  const document = wasDelegated
    ? await readPublisher(connection, repository, app)
    : await readUnverified(connection, app);
  if (!document || verifyPublisher(targets, role, document).ok) return { targets };
  const before = wasDelegated ? document.signed : { ...document.signed, targets: {} };
  return { targets, publishers: { [app]: { signatures: [], signed: nextPublisher(before, nowMs) } } };
}
