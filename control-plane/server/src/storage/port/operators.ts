import type { OperatorToken } from '@wherry/protocol';

export interface OperatorRecord extends OperatorToken {
  readonly tenant: string;
  /** SHA-256 of the token's text, hex. */
  readonly secretHash: string;
}

export interface OperatorRepository {
  add(record: OperatorRecord): Promise<void>;
  /** The one look-up without a tenant: the token says whose it is. */
  findByHash(secretHash: string): Promise<OperatorRecord | null>;
  list(tenant: string): Promise<OperatorRecord[]>;
  remove(tenant: string, id: string): Promise<boolean>;
  used(tenant: string, id: string, atMs: number): Promise<void>;
}
