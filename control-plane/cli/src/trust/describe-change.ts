import {
  DIRECTOR_FIELD,
  FLOOR_FIELD,
  type PublisherDocument,
  type RoleSigners,
  type RootDocument,
  type TargetsDocument,
  type TrustDraft,
} from '@wherry/protocol';
import { entryOf, namedBy } from './known-app.ts';

/** What a change does, in plain words, for whoever is asked to sign it: keys, apps, floors, releases. Pure. */
export function describeChange({ base, documents }: TrustDraft): readonly string[] {
  const { root, targets, publishers = {} } = documents;
  return [
    ...(root ? rootChanges(base.root, root) : []),
    ...(targets ? targetsChanges(base.targets, targets) : []),
    ...Object.entries(publishers).flatMap(([app, role]) =>
      roleChanges(app, entryOf(base.publishers, app) ?? null, role),
    ),
  ];
}

function rootChanges(before: RootDocument | null, { signed }: RootDocument): string[] {
  const was = before?.signed;
  const roles = ['root', 'targets', 'snapshot', 'timestamp'] as const;
  const changes = [
    ...roles.flatMap((role) => keyChanges(role, was?.roles[role], signed.roles[role])),
    ...keyChanges('director', was?.[DIRECTOR_FIELD], signed[DIRECTOR_FIELD]),
  ];
  return headed(`root ${signed.version}, until ${signed.expires}`, changes);
}

function targetsChanges(before: TargetsDocument | null, { signed }: TargetsDocument): string[] {
  const was = new Map(before?.signed.delegations.roles.map((role) => [role.name, role]));
  const is = new Map(signed.delegations.roles.map((role) => [role.name, role]));
  const floors = before?.signed[FLOOR_FIELD] ?? {};
  const changes = [
    ...[...is.values()].flatMap((role) => keyChanges(role.name, was.get(role.name), role)),
    ...[...was.keys()].filter((name) => !is.has(name)).map((name) => `${name}: nobody signs it any more`),
    ...Object.entries(signed[FLOOR_FIELD])
      .filter(([app, floor]) => floors[app] !== floor)
      .map(([app, floor]) => `${app}: nothing below number ${floor} may be installed (${floors[app] ?? 0} before)`),
    ...Object.keys(floors)
      .filter((app) => !Object.hasOwn(signed[FLOOR_FIELD], app))
      .map((app) => `${app}: its floor is gone`),
  ];
  return headed(`targets ${signed.version}, until ${signed.expires}`, changes);
}

function roleChanges(app: string, before: PublisherDocument | null, role: PublisherDocument): string[] {
  const was = new Map(namedBy(before).map((release) => [release.version, release]));
  const is = namedBy(role);
  const names = new Set(is.map(({ version }) => version));
  const changes = [
    ...is
      .filter(({ version, digest }) => was.get(version)?.digest !== digest)
      .map(({ version, digest, counter }) => `${app}@${version} comes, number ${counter}, ${digest}`),
    ...[...was.keys()].filter((version) => !names.has(version)).map((version) => `${app}@${version} goes`),
  ];
  return headed(`releases of ${app} ${role.signed.version}, until ${role.signed.expires}`, changes);
}

function keyChanges(role: string, before: RoleSigners | undefined, { keyids, threshold }: RoleSigners): string[] {
  const was = before?.keyids ?? [];
  return [
    ...keyids.filter((id) => !was.includes(id)).map((id) => `${role}: the key ${short(id)} comes`),
    ...was.filter((id) => !keyids.includes(id)).map((id) => `${role}: the key ${short(id)} goes`),
    ...(before?.threshold === threshold ? [] : [`${role}: ${threshold} of ${keyids.length} keys must sign`]),
  ];
}

function headed(head: string, changes: readonly string[]): string[] {
  return [head, ...(changes.length > 0 ? changes : ['as before, for longer']).map((change) => `  ${change}`)];
}

function short(id: string): string {
  return id.slice(0, 12);
}
