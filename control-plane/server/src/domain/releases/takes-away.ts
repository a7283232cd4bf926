import { FLOOR_FIELD, type PublisherDocument, type TargetsDocument } from '@wherry/protocol';

/** Apps of which something that was allowed is not allowed any more: their devices are to hear of it at once. */
export function appsWithoutTrust(
  tenant: string,
  before: TargetsDocument | null,
  after: TargetsDocument,
): ReadonlySet<string> {
  const apps = new Set<string>();
  const kept = new Map(after.signed.delegations.roles.map((role) => [role.name, role]));
  for (const role of before?.signed.delegations.roles ?? []) {
    const next = kept.get(role.name);
    const isLess = !next || next.threshold > role.threshold || role.keyids.some((id) => !next.keyids.includes(id));
    const app = role.paths[0]?.split('/')[1];
    if (isLess && app !== undefined) apps.add(app);
  }
  const floors = before?.signed[FLOOR_FIELD] ?? {};
  for (const [name, floor] of Object.entries(after.signed[FLOOR_FIELD]))
    if (floor > (floors[name] ?? 0)) apps.add(name.slice(tenant.length + 1));
  return apps;
}

/** True when a release that the role named is named no more. */
export function revokesRelease(before: PublisherDocument | null, after: PublisherDocument): boolean {
  return Object.keys(before?.signed.targets ?? {}).some((path) => !Object.hasOwn(after.signed.targets, path));
}
