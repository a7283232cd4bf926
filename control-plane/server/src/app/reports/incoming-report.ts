import type { Envelope, UsageBatch } from '@wherry/protocol';

/** A message of the `report` or `usage` channel, decoded by its schema. `device` is who was authenticated. */
export type IncomingReport =
  | { readonly tenant: string; readonly device: string; readonly kind: 'report'; readonly envelope: Envelope }
  | { readonly tenant: string; readonly device: string; readonly kind: 'usage'; readonly batch: UsageBatch };
