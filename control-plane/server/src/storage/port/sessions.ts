import type { Session } from '@wherry/protocol';
import type { OperatorRecord } from './operators.ts';
import type { UserRecord } from './users.ts';

/** Whose a session is. */
export type SessionHolder = { readonly user: string } | { readonly operatorId: string };

export interface SessionRecord {
  /** SHA-256 of the session's text, hex. */
  readonly secretHash: string;
  readonly tenant: string;
  readonly kind: Session['kind'];
  readonly holder: SessionHolder;
  readonly createdAtMs: number;
  readonly seenAtMs: number;
  readonly expiresAtMs: number;
}

/** A session with who holds it as they are now: a role that was changed holds from the next request on. */
export interface HeldSession {
  readonly session: SessionRecord;
  readonly user: Pick<UserRecord, 'name' | 'role'> | null;
  readonly operator: Pick<OperatorRecord, 'id' | 'name' | 'role' | 'scopes' | 'expiresAtMs'> | null;
}

/** A browser has signed in for a program, which takes the session with this code and the verifier of the challenge. */
export interface SignInCode {
  readonly codeHash: string;
  /** base64url of the SHA-256 of the verifier. */
  readonly challenge: string;
  readonly tenant: string;
  readonly user: string;
  readonly expiresAtMs: number;
}

export interface SessionRepository {
  add(record: SessionRecord): Promise<void>;
  /** Without a tenant: the session says whose it is. Null too when its holder is gone. */
  find(secretHash: string): Promise<HeldSession | null>;
  seen(secretHash: string, atMs: number): Promise<void>;
  remove(secretHash: string): Promise<boolean>;
  /** Ends every session of a holder; returns how many there were. */
  removeOf(tenant: string, holder: SessionHolder): Promise<number>;
  /** Ends the oldest sessions of a holder beyond so many. */
  trim(tenant: string, holder: SessionHolder, keep: number): Promise<number>;
  countByUser(tenant: string): Promise<ReadonlyMap<string, number>>;
  /** Removes sessions that have ended or were not seen since, and codes that nobody took. */
  prune(nowMs: number, seenBeforeMs: number): Promise<number>;
  addCode(code: SignInCode): Promise<void>;
  /** Each code is given once. */
  takeCode(codeHash: string): Promise<SignInCode | null>;
}
