import { DIRECTOR_FIELD, type TrustState } from '@wherry/protocol';

/** One line for each role that a device goes by, from the one that names all others down. */
export interface TrustRole {
  readonly role: string;
  readonly does: string;
  readonly keyIds: readonly string[];
  readonly threshold: number;
  readonly version: number | null;
  /** Null for one that signs single documents, each with a time of its own. */
  readonly expiresAtMs: number | null;
  /** Signed by the control plane itself, again and again. */
  readonly isOnline: boolean;
}

interface Signers {
  readonly keyids: readonly string[];
  readonly threshold: number;
}

export function rolesOf({ root, targets, roles: files }: TrustState): readonly TrustRole[] {
  if (!root || !targets) return [];
  const { roles } = root.signed;
  const line = (role: string, { keyids, threshold }: Signers, does: string, isOnline = false): TrustRole => {
    const file = files.find((each) => each.role === role);
    const { version = null, expiresAtMs = null } = file ?? {};
    return { role, does, keyIds: keyids, threshold, version, expiresAtMs, isOnline };
  };
  return [
    line('root', roles.root, 'names the keys of all others'),
    line('targets', roles.targets, 'says who publishes which app'),
    ...targets.signed.delegations.roles.map((role) => line(role.name, role, `publishes ${appOf(role.paths)}`)),
    line('snapshot', roles.snapshot, 'lists the newest files', true),
    line('timestamp', roles.timestamp, 'says which list is the newest', true),
    line('director', root.signed[DIRECTOR_FIELD], 'says what each device runs, among what is published', true),
  ];
}

/** `{tenant}/{app}/*` */
export function appOf(paths: readonly string[]): string {
  return paths[0]?.split('/')[1] ?? '';
}
