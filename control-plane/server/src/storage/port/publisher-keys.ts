import type { PublisherKey } from '@wherry/protocol';

export interface PublisherKeyRepository {
  /** False when the key is there already. */
  add(tenant: string, key: PublisherKey): Promise<boolean>;
  list(tenant: string): Promise<PublisherKey[]>;
  remove(tenant: string, id: string): Promise<boolean>;
}
