import { createClaimToken as operation, refuse, succeed } from '@wherry/protocol';
import { changeLabels } from '../domain/devices/labels.ts';
import { audit } from './audit.ts';
import { claimTokenText, hashSecret } from './secrets.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';
import { claimTokenView } from './views/claim-token-view.ts';

export const createClaimToken: UseCase<'createClaimToken'> = async (context, caller, input) => {
  const { device, labels, ttlMs } = operation.body.parse(input.body);
  const checked = changeLabels({}, labels, []);
  if (!checked.ok) return checked;
  return await transact(context, caller.tenant, async (work) => {
    if (device && (await work.repositories.devices.find(caller.tenant, device)))
      return refuse('already_exists', `there is a device ${device} already; choose another name`, { path: '/device' });
    const secret = context.newSecret();
    const record = {
      tenant: caller.tenant,
      id: context.newId(),
      secretHash: hashSecret(secret),
      labels,
      device: device ?? null,
      createdAtMs: work.nowMs,
      expiresAtMs: work.nowMs + ttlMs,
      usedAtMs: null,
      usedBy: null,
      usedReportKey: null,
      isReclaim: false,
    };
    await work.repositories.claimTokens.add(record);
    await audit(work, caller, 'create_claim_token', record.id, { device: record.device, labels, ttlMs });
    return succeed({
      ...claimTokenView(record),
      token: claimTokenText(record.id, secret, context.authority?.fingerprint),
    });
  });
};
