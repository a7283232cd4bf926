import { type Role, succeed } from '@wherry/protocol';
import { fittingName } from '../../domain/access/claimed-role.ts';
import { audit } from '../audit.ts';
import type { AppContext } from '../context.ts';
import { transact } from '../transact.ts';

/** Somebody whom the provider vouched for. */
export interface ProvidedUser {
  readonly tenant: string;
  readonly role: Role;
  /** Issuer and subject. */
  readonly subject: string;
  /** What the provider calls them: a wish, never an identity. */
  readonly claimedName: string;
}

const NAMES_TRIED = 100;

/** The user of this subject, made at the first sign-in; the role is what the provider's groups say now. Null: no name is free. */
export async function welcomeProvidedUser(
  context: AppContext,
  { tenant, role, subject, claimedName }: ProvidedUser,
): Promise<{ readonly tenant: string; readonly name: string } | null> {
  const outcome = await transact(context, tenant, async (work) => {
    const { users } = work.repositories;
    const known = await users.findBySubject(tenant, subject);
    if (known) {
      if (known.role !== role) {
        await users.setRole(tenant, known.name, role);
        await audit(work, { operator: known.name }, 'set_user_role', known.name, { role, by: 'provider' });
      }
      return succeed(known.name);
    }
    const name = await addUnderFreeName();
    if (name !== null) await audit(work, { operator: name }, 'create_user', name, { role, source: 'oidc' });
    return succeed(name);

    async function addUnderFreeName(): Promise<string | null> {
      const wish = fittingName(claimedName) ?? 'user';
      const record = { tenant, role, source: 'oidc', subject, passwordHash: null } as const;
      for (let number = 1; number <= NAMES_TRIED; number += 1) {
        const name = number === 1 ? wish : `${wish}-${number}`.slice(-63);
        if (await users.add({ ...record, name, createdAtMs: work.nowMs, signedInAtMs: null })) return name;
      }
      return null;
    }
  });
  return outcome.ok && outcome.value !== null ? { tenant, name: outcome.value } : null;
}
