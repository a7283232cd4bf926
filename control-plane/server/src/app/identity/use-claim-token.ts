import { type ClaimRequest, type DeviceId, type Outcome, refuse, succeed, type TenantId } from '@wherry/protocol';
import { changeLabels } from '../../domain/devices/labels.ts';
import type { ClaimTokenRecord } from '../../storage/port/claim-tokens.ts';
import { APP_LIMITS } from '../limits.ts';
import { joinGrowing } from '../rollouts/join-growing.ts';
import type { Work } from '../transact.ts';
import { endIdentity } from './end-identity.ts';
import { newDevice } from './new-device.ts';
import { tellEvent } from './tell-event.ts';

/** With what a device will come in. */
export interface Credential {
  /** Empty when it has no secret. */
  secretHash(device: string): string;
  give(work: Work, device: string): Promise<string>;
  /** What was given before for the same claim; null when this is another. */
  giveAgain(work: Work, device: string): Promise<string | null>;
}

export interface UsedToken {
  readonly device: DeviceId;
  readonly given: string;
  /** The device had an identity, and it has ended. */
  readonly isAnew: boolean;
}

/** Once, by a conditional update: of any number that try at the same time one gets the device. */
export async function useClaimToken(
  work: Work,
  id: string,
  request: ClaimRequest,
  credential: Credential,
): Promise<Outcome<UsedToken>> {
  const token = await work.repositories.claimTokens.find(id);
  if (!token) return invalidToken();
  if (token.usedBy !== null) return await repeat(work, token, token.usedBy, request, credential);
  if (work.nowMs >= token.expiresAtMs)
    return refuse('claim_token_expired', 'this claim token has expired; ask for a new one');
  if (token.device && request.device && token.device !== request.device)
    return refuse('invalid_body', `this claim token is for the device ${token.device}, not ${request.device}`, {
      path: '/device',
    });
  const device = token.device ?? request.device ?? nameFor(request, work.context.newSecret());
  const by = { device, reportKey: request.reportKey, atMs: work.nowMs };
  if (!(await work.repositories.claimTokens.use(token.id, by))) return usedToken();
  const begun = await (token.isReclaim ? beginAnew : begin)(work, token, device, request, credential);
  if (!begun.ok) return begun;
  work.stale.add(device);
  work.changes.push({ type: 'device', device });
  return succeed({ device, given: await credential.give(work, device), isAnew: token.isReclaim });
}

async function begin(
  work: Work,
  token: ClaimTokenRecord,
  device: DeviceId,
  request: ClaimRequest,
  credential: Credential,
): Promise<Outcome<void>> {
  const labels = changeLabels(request.labels ?? {}, token.labels, []);
  if (!labels.ok) return labels;
  const record = newDevice({
    tenant: token.tenant as TenantId,
    device,
    target: request.target,
    arch: request.arch,
    labels: labels.value,
    secretHash: credential.secretHash(device),
    reportKey: request.reportKey,
    claimedAtMs: work.nowMs,
  });
  const isNew = await work.repositories.devices.add(record);
  if (!isNew)
    return refuse('already_exists', `the name ${device} is or was in use; claim with another name`, {
      path: '/device',
    });
  await joinGrowing(work, device);
  return succeed(undefined);
}

/** What the device has to run and what it is called stay; every key of before ends. Whatever was to be decided about it is decided. */
async function beginAnew(
  work: Work,
  { tenant }: ClaimTokenRecord,
  device: DeviceId,
  request: ClaimRequest,
  credential: Credential,
): Promise<Outcome<void>> {
  const { devices, standings } = work.repositories;
  if (!(await devices.find(tenant, device))) return invalidToken();
  const secretHash = credential.secretHash(device);
  await devices.setKeys(tenant, device, { secretHash, reportKey: request.reportKey, atMs: work.nowMs });
  await endIdentity(work, device);
  await standings.setQuarantine(tenant, device, null);
  await standings.setRenewal(tenant, device, null);
  await standings.setBoots(tenant, device, null, []);
  await joinGrowing(work, device);
  const message = `${device} has a new identity; the one before opens nothing any more`;
  await tellEvent(work, device, { severity: 'info', name: 'device_reclaimed', message });
  return succeed(undefined);
}

async function repeat(
  work: Work,
  token: ClaimTokenRecord,
  device: DeviceId,
  request: ClaimRequest,
  credential: Credential,
): Promise<Outcome<UsedToken>> {
  const isSame = token.usedReportKey === request.reportKey;
  const isRecent = token.usedAtMs !== null && work.nowMs - token.usedAtMs <= APP_LIMITS.claimRepeatMs;
  const given = isSame && isRecent ? await credential.giveAgain(work, device) : null;
  return given === null ? usedToken() : succeed({ device, given, isAnew: false });
}

function nameFor(request: ClaimRequest, random: string): DeviceId {
  return `${request.target.slice(0, 50)}-${random.slice(0, 10)}` as DeviceId;
}

function usedToken(): Outcome<never> {
  return refuse('claim_token_used', 'this claim token was used; ask for a new one for this device');
}

export function invalidToken(): Outcome<never> {
  return refuse('claim_token_invalid', 'this claim token is not known here; check that it was copied whole');
}
