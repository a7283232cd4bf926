import { DIRECTOR_FIELD, FLOOR_FIELD, type PublisherDelegation, type TrustState } from '@wherry/protocol';

/** What a repository allows whom, in plain words. Pure: the state and a time in, sentences out. */
export interface RoleAudit {
  readonly role: string;
  readonly keys: readonly string[];
  readonly threshold: number;
  readonly expiresAtMs: number | null;
  readonly does: string;
  /** What somebody with enough of its keys, and nothing else, could do. */
  readonly thief: string;
}
export interface TrustAudit {
  readonly isBegun: boolean;
  readonly roles: readonly RoleAudit[];
  readonly floors: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

const DAY_MS = 86_400_000;
const SOON_MS = 30 * DAY_MS;

export function auditTrust({ keys, root, targets, roles: files }: TrustState, nowMs: number): TrustAudit {
  if (!root || !targets)
    return {
      isBegun: false,
      roles: [],
      floors: {},
      warnings: ['There is no repository yet: "wherry trust init" begins one.'],
    };
  const expiryOf = (role: string) => files.find((file) => file.role === role)?.expiresAtMs ?? null;
  const row = (role: string, of: Signers, does: string, thief: string): RoleAudit => {
    return { role, keys: of.keyids, threshold: of.threshold, expiresAtMs: expiryOf(role), does, thief };
  };
  const { roles } = root.signed;
  const apps = targets.signed.delegations.roles;
  const all = [
    row(
      'root',
      roles.root,
      'names the keys of all other roles',
      'change everything, at the next update of each device; only new factory roots recover',
    ),
    row(
      'targets',
      roles.targets,
      'says who publishes which app, and raises floors',
      'name itself a publisher; with the director too, run anything',
    ),
    ...apps.map((role) =>
      row(
        role.name,
        role,
        `signs releases at ${role.paths.join(', ')}`,
        'sign releases of this app; alone nothing runs them, with the director too they run',
      ),
    ),
    row(
      'snapshot',
      roles.snapshot,
      'lists the newest files; made by the control plane',
      'hold devices at what they have; no code',
    ),
    row(
      'timestamp',
      roles.timestamp,
      'says which list is the newest; made by the control plane',
      'hold devices at what they have until it expires; no code',
    ),
    row(
      'director',
      root.signed[DIRECTOR_FIELD],
      'says what each device runs; the control plane',
      'choose among signed releases at or above the floor; no new code',
    ),
  ];
  return {
    isBegun: true,
    roles: all,
    floors: targets.signed[FLOOR_FIELD],
    warnings: warningsOf(all, apps, keys, root.signed.keys, nowMs),
  };
}

interface Signers {
  readonly keyids: readonly string[];
  readonly threshold: number;
}

function warningsOf(
  all: readonly RoleAudit[],
  apps: readonly PublisherDelegation[],
  server: TrustState['keys'],
  rootKeys: Readonly<Record<string, { keyval: { public: string } }>>,
  nowMs: number,
): string[] {
  const warnings: string[] = [];
  for (const { role, expiresAtMs, keys, threshold } of all) {
    const isOnline = ['snapshot', 'timestamp', 'director'].includes(role);
    if (expiresAtMs !== null && expiresAtMs <= nowMs)
      warnings.push(`${role} has expired: devices take nothing new. Renew it.`);
    else if (expiresAtMs !== null && !isOnline && expiresAtMs < nowMs + SOON_MS)
      warnings.push(`${role} expires in ${Math.floor((expiresAtMs - nowMs) / DAY_MS)} days: "wherry trust renew".`);
    if (role === 'root' && threshold === 1)
      warnings.push('One root key alone decides everything: use 2 of 3 in production.');
    if (role === 'root' && keys.length === threshold) warnings.push('Root can lose no key: add a spare one.');
  }
  const usedBy = new Map<string, string[]>();
  for (const { role, keys } of all) for (const id of keys) usedBy.set(id, [...(usedBy.get(id) ?? []), role]);
  for (const [id, roles] of usedBy) {
    const top = roles.filter((role) => ['root', 'targets', 'director'].includes(role));
    if (top.length > 0 && roles.length > 1)
      warnings.push(`The key ${id.slice(0, 12)} serves ${roles.join(' and ')}: use one for each.`);
  }
  for (const role of ['snapshot', 'timestamp', 'director'] as const) {
    const listed = all.find((one) => one.role === role)?.keys ?? [];
    if (!listed.some((id) => rootKeys[id]?.keyval.public === server[role]))
      warnings.push(
        `Root does not name the ${role} key that the control plane has now: "wherry trust renew --server-keys".`,
      );
  }
  if (apps.length === 0) warnings.push('No app is delegated: "wherry trust delegate APP" lets a publisher sign.');
  return warnings;
}
