import type { User } from '@wherry/protocol';
import type { UserRecord } from '../../storage/port/users.ts';

/** Without the hash of the password. */
export function userView(record: UserRecord, sessions: number): User {
  const { name, role, source, createdAtMs, signedInAtMs } = record;
  return { name, role, source, createdAtMs, signedInAtMs, sessions };
}
