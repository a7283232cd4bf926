import {
  type ClaimRequest,
  type ClaimResponse,
  type DeviceId,
  type Outcome,
  refuse,
  succeed,
  type TenantId,
} from '@wherry/protocol';
import { changeLabels } from '../domain/devices/labels.ts';
import type { ClaimTokenRecord } from '../storage/port/claim-tokens.ts';
import type { AppContext } from './context.ts';
import { readPublicKey } from './keys.ts';
import { APP_LIMITS } from './limits.ts';
import { joinGrowing } from './rollouts/join-growing.ts';
import { deviceSecret, hashSecret, isSecret, readClaimToken } from './secrets.ts';
import { transact, type Work } from './transact.ts';

/** The identity a claim buys; the edge adds where MQTT is. */
export type ClaimedIdentity = Omit<ClaimResponse, 'mqttUrl'>;

/**
 * A new device gets its identity. A token works once; the same claim again (same token, same report key) within ten minutes gets
 * the same answer, for a device whose answer was lost.
 * Codes: claim_token_invalid, claim_token_used, claim_token_expired, already_exists, invalid_body.
 */
export async function claimDevice(context: AppContext, request: ClaimRequest): Promise<Outcome<ClaimedIdentity>> {
  const token = readClaimToken(request.token);
  if (!token) return invalidToken();
  const found = await context.store.claimTokens.find(token.id);
  if (!found || !isSecret(token.secret, found.secretHash)) return invalidToken();
  const key = readPublicKey(request.reportKey, '/reportKey');
  if (!key.ok) return key;
  const claimKey = await context.store.settings.keep('claim_key', context.newSecret());
  const secretOf = (device: string) => deviceSecret(claimKey, token.secret, device, request.reportKey);
  const claimed = await transact(context, found.tenant, async (work) => {
    const record = await work.repositories.claimTokens.find(token.id);
    if (!record) return invalidToken();
    return record.usedBy === null ? await claim(work, record, request, secretOf) : repeat(record, request, work.nowMs);
  });
  if (!claimed.ok) return claimed;
  const device = claimed.value;
  const { directorKey, tenant } = { directorKey: context.director.publicKey, tenant: found.tenant as TenantId };
  return succeed({ tenant, device, secret: secretOf(device), directorKey });
}

async function claim(
  work: Work,
  token: ClaimTokenRecord,
  request: ClaimRequest,
  secretOf: (device: string) => string,
): Promise<Outcome<DeviceId>> {
  if (work.nowMs >= token.expiresAtMs)
    return refuse('claim_token_expired', 'this claim token has expired; ask for a new one');
  if (token.device && request.device && token.device !== request.device)
    return refuse('invalid_body', `this claim token is for the device ${token.device}, not ${request.device}`, {
      path: '/device',
    });
  const labels = changeLabels(request.labels ?? {}, token.labels, []);
  if (!labels.ok) return labels;
  const device = token.device ?? request.device ?? nameFor(request, work.context.newSecret());
  const by = { device, reportKey: request.reportKey, atMs: work.nowMs };
  if (!(await work.repositories.claimTokens.use(token.id, by))) return usedToken();
  const isNew = await work.repositories.devices.add({
    tenant: token.tenant as TenantId,
    device,
    target: request.target,
    arch: request.arch,
    labels: labels.value,
    secretHash: hashSecret(secretOf(device)),
    reportKey: request.reportKey,
    claimedAtMs: work.nowMs,
    seenAtMs: null,
    isOnline: false,
    desiredGeneration: 0,
    reportedGeneration: null,
    inventory: null,
    host: null,
    removedAtMs: null,
  });
  if (!isNew)
    return refuse('already_exists', `the name ${device} is or was in use; claim with another name`, {
      path: '/device',
    });
  await joinGrowing(work, device);
  work.stale.add(device);
  work.changes.push({ type: 'device', device });
  return succeed(device);
}

function repeat(token: ClaimTokenRecord, request: ClaimRequest, nowMs: number): Outcome<DeviceId> {
  const isSame = token.usedReportKey === request.reportKey;
  const isRecent = token.usedAtMs !== null && nowMs - token.usedAtMs <= APP_LIMITS.claimRepeatMs;
  return isSame && isRecent && token.usedBy !== null ? succeed(token.usedBy) : usedToken();
}

function nameFor(request: ClaimRequest, random: string): DeviceId {
  return `${request.target.slice(0, 50)}-${random.slice(0, 10)}` as DeviceId;
}

function usedToken(): Outcome<never> {
  return refuse('claim_token_used', 'this claim token was used; ask for a new one for this device');
}

function invalidToken(): Outcome<never> {
  return refuse('claim_token_invalid', 'this claim token is not known here; check that it was copied whole');
}
