import type { PublishPolicy } from '@wherry/protocol';

/** What a tenant asks of a release beside its publisher's signature. */
export interface PublishPolicyRepository {
  /** Nothing is asked where nothing was set. */
  get(tenant: string): Promise<PublishPolicy>;
  set(tenant: string, policy: PublishPolicy): Promise<void>;
}
