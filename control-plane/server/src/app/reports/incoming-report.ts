import type { Envelope, SignedUsage } from '@wherry/protocol';

/** A message of the `report` or `usage` channel; what is in it is known once its signature was checked. `device` is who was authenticated. */
export type IncomingReport =
  | { readonly tenant: string; readonly device: string; readonly kind: 'report'; readonly envelope: Envelope }
  | { readonly tenant: string; readonly device: string; readonly kind: 'usage'; readonly batch: SignedUsage };
