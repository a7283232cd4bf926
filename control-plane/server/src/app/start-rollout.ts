import {
  canonicalJson,
  type DeviceId,
  type Outcome,
  type Rollout,
  type RolloutRequest,
  refuse,
  rolloutRequest,
  succeed,
} from '@wherry/protocol';
import { checkConfig } from '../domain/releases/config.ts';
import type { PlannedDevice } from '../domain/rollouts/plan.ts';
import type { Assignment } from '../storage/port/desired.ts';
import type { ReleaseRecord } from '../storage/port/releases.ts';
import { audit } from './audit.ts';
import { createRollout } from './rollouts/create-rollout.ts';
import { selectDevices } from './select-devices.ts';
import { transact, type Work } from './transact.ts';
import type { Caller, UseCase } from './use-cases.ts';
import { rolloutView } from './views/rollout-view.ts';

/** Codes: invalid_body, invalid_selector, release_unknown, no_devices_match. */
export const startRollout: UseCase<'startRollout'> = async (context, caller, input) => {
  const request = rolloutRequest.parse(input.body);
  return await transact(context, caller.tenant, (work) => start(work, caller, request));
};

async function start(work: Work, caller: Caller, request: RolloutRequest): Promise<Outcome<Rollout>> {
  const { tenant, repositories } = work;
  const release = await repositories.releases.find(tenant, request.app, request.version);
  if (!release)
    return refuse('release_unknown', `there is no release ${request.app} ${request.version}; publish it first`);
  const config = checkConfig(release.payload, request.config);
  if (!config.ok) return config;
  const matching = await selectDevices(repositories, tenant, request.selector);
  if (!matching.ok) return matching;
  const assigned = new Map(
    (await repositories.desired.assignmentsOf(tenant, request.app)).map((one) => [one.device, one]),
  );
  const healthy = await healthyOn(work, release, assigned);
  const devices = matching.value.map(({ device, isOnline }): PlannedDevice => {
    const skip = skipFor(request, release, assigned.get(device), healthy.has(device));
    return { device, isOnline, release: release.digest, ...(skip === undefined ? {} : { skip }) };
  });
  const refused = refuseEmpty(request, devices);
  if (refused) return refused;
  const record = await createRollout(work, caller, {
    app: release.app,
    version: release.version,
    release: release.digest,
    releaseCounter: release.releaseCounter,
    request,
    devices,
    assigned,
    targets: new Map(),
    reverts: null,
  });
  await audit(work, caller, 'start_rollout', record.id, { ...request, devices: devices.length });
  return succeed(rolloutView(record));
}

/** Why a device is left out from the start: there is nothing to do for it, or R3. */
function skipFor(
  request: RolloutRequest,
  release: ReleaseRecord,
  current: Assignment | undefined,
  isHealthy: boolean,
): string | undefined {
  if (!current || current.release === null) return undefined;
  const isSame = current.release === release.digest && canonicalJson(current.config) === canonicalJson(request.config);
  if (isSame && isHealthy) return `it runs ${release.app} ${release.version} already`;
  if (!request.rollback && current.releaseCounter > release.releaseCounter)
    return `it has the newer ${release.app} ${current.version}; only a rollback moves it down`;
  return undefined;
}

function refuseEmpty(request: RolloutRequest, devices: readonly PlannedDevice[]): Outcome<never> | null {
  if (devices.some(({ skip }) => skip === undefined)) return null;
  const [first] = devices;
  const why = first?.skip ? `: of ${devices.length} that match, ${first.device} is left out because ${first.skip}` : '';
  return refuse('no_devices_match', `no device is to be moved by the selector "${request.selector}"${why}`);
}

/** Devices that say they run this very assignment well. */
async function healthyOn(
  work: Work,
  release: ReleaseRecord,
  assigned: ReadonlyMap<string, Assignment>,
): Promise<ReadonlySet<string>> {
  const on = [...assigned.values()]
    .filter((one) => one.release === release.digest)
    .map(({ device }) => device as DeviceId);
  const statuses = await work.repositories.workloads.list(work.tenant, on);
  return new Set(
    on.filter((device) =>
      statuses
        .get(device)
        ?.some(
          (status) =>
            status.app === release.app &&
            status.release === release.digest &&
            status.attempt === assigned.get(device)?.attempt &&
            status.state === 'healthy',
        ),
    ),
  );
}
