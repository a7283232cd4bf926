import type { Role, User } from '@wherry/protocol';

export interface UserRecord extends Omit<User, 'sessions'> {
  readonly tenant: string;
  /** The provider's issuer and subject: who this is there, whatever it is called. Null for a local one. */
  readonly subject: string | null;
  /** PHC string; null for one that comes from the provider. */
  readonly passwordHash: string | null;
}

export interface UserRepository {
  /** False when the name or the subject is taken in this tenant. */
  add(record: UserRecord): Promise<boolean>;
  find(tenant: string, name: string): Promise<UserRecord | null>;
  findBySubject(tenant: string, subject: string): Promise<UserRecord | null>;
  list(tenant: string): Promise<UserRecord[]>;
  /** Whether there is a user in any tenant. */
  hasAny(): Promise<boolean>;
  setRole(tenant: string, name: string, role: Role): Promise<boolean>;
  setPasswordHash(tenant: string, name: string, passwordHash: string): Promise<boolean>;
  signedIn(tenant: string, name: string, atMs: number): Promise<void>;
  remove(tenant: string, name: string): Promise<boolean>;
}
