import { reclaimDevice as operation, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { findDevice } from './find-device.ts';
import { claimTokenText, hashSecret } from './secrets.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

/** A token for a device that is there already. Until it is used the old identity goes on: a board that still runs is not cut off early. */
export const reclaimDevice: UseCase<'reclaimDevice'> = async (context, caller, { params, body }) => {
  const { ttlMs } = operation.body.parse(body);
  return await transact(context, caller.tenant, async (work) => {
    const found = await findDevice(work.repositories, caller.tenant, params.device);
    if (!found.ok) return found;
    const secret = context.newSecret();
    const id = context.newId();
    const expiresAtMs = work.nowMs + ttlMs;
    await work.repositories.claimTokens.add({
      tenant: caller.tenant,
      id,
      secretHash: hashSecret(secret),
      labels: {},
      device: found.value.device,
      createdAtMs: work.nowMs,
      expiresAtMs,
      usedAtMs: null,
      usedBy: null,
      usedReportKey: null,
      isReclaim: true,
    });
    await audit(work, caller, 'reclaim_device', found.value.device, { token: id, ttlMs });
    return succeed({ id, token: claimTokenText(id, secret, context.authority?.fingerprint), expiresAtMs });
  });
};
