import type { ClaimToken } from '@wherry/protocol';
import type { ClaimTokenRecord } from '../../storage/port/claim-tokens.ts';

/** Without the secret. */
export function claimTokenView(record: ClaimTokenRecord): ClaimToken {
  const { id, labels, device, createdAtMs, expiresAtMs, usedBy } = record;
  return { id, labels, device, createdAtMs, expiresAtMs, usedBy };
}
