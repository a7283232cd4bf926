import {
  canonicalJson,
  type DeviceId,
  type LeftOutReason,
  matchesSelector,
  type Outcome,
  parseSelector,
  type RolloutRequest,
  refuse,
  type Selector,
  succeed,
} from '@wherry/protocol';
import { checkConfig } from '../../domain/releases/config.ts';
import { type Fit, fitter } from '../../domain/releases/fitting.ts';
import {
  NO_WAVE,
  type PlannedDevice,
  planRollout,
  type RolloutPlan,
  type WaveMatch,
} from '../../domain/rollouts/plan.ts';
import type { Assignment } from '../../storage/port/desired.ts';
import type { DeviceBrief } from '../../storage/port/devices.ts';
import type { ReleaseRecord } from '../../storage/port/releases.ts';
import type { Repositories } from '../../storage/port.ts';
import { breathe } from '../breathe.ts';
import { APP_LIMITS } from '../limits.ts';
import { findNamedRelease } from '../releases/find-named.ts';

/** A request held against the fleet: what a dry run shows and a start does, so that the two never differ. */
export interface PreparedRollout {
  readonly release: ReleaseRecord;
  readonly plan: RolloutPlan;
  /** What each device is to run of this app now. */
  readonly assigned: ReadonlyMap<string, Assignment>;
  readonly fits: ReadonlyMap<string, Fit>;
  readonly leftOut: readonly LeftOut[];
  readonly briefs: ReadonlyMap<string, DeviceBrief>;
}

export interface LeftOut {
  readonly device: DeviceId;
  readonly reason: LeftOutReason;
  readonly sentence: string;
}

type Request = Omit<RolloutRequest, 'draft'>;

/** Codes: invalid_body, invalid_selector, release_unknown, target_unknown, below_floor. */
export async function prepareRollout(
  repositories: Repositories,
  tenant: string,
  request: Request,
  nowMs: number,
): Promise<Outcome<PreparedRollout>> {
  const named = await findNamedRelease(repositories, tenant, request.app, request.version);
  if (!named.ok) return named;
  const release = named.value;
  const config = checkConfig(release.payload, request.config);
  if (!config.ok) return config;
  const selector = parseSelector(request.selector);
  if (!selector.ok) return selector;
  const waveSelectors = readWaveSelectors(request);
  if (!waveSelectors.ok) return waveSelectors;

  const all = await repositories.devices.briefs(tenant);
  const briefs = new Map(all.map((brief) => [brief.device as string, brief]));
  const assigned = new Map(
    (await repositories.desired.assignmentsOf(tenant, request.app)).map((one) => [one.device, one]),
  );
  const healthy = await healthyOn(repositories, tenant, release, assigned);
  const fitOf = fitter(release.payload);
  const fits = new Map<string, Fit>();
  const leftOut: LeftOut[] = [];
  const devices: PlannedDevice[] = [];
  for (const [index, brief] of all.entries()) {
    if (index % APP_LIMITS.devicesPerBreath === APP_LIMITS.devicesPerBreath - 1) await breathe();
    const { device, isOnline } = brief;
    if (!matchesSelector(selector.value, brief)) {
      leftOut.push({
        device,
        reason: 'does_not_match',
        sentence: `the selector "${request.selector}" does not match it`,
      });
      continue;
    }
    const fit = fitOf(brief.inventory);
    fits.set(device, fit);
    const out = leaveOut(request, release, assigned.get(device), healthy.has(device), fit);
    if (out) leftOut.push({ device, ...out });
    const planned = { device, isOnline, release: release.digest };
    devices.push(out ? { ...planned, skip: out.sentence } : planned);
  }
  const matches: WaveMatch = (device, wave) => {
    const wanted = waveSelectors.value.get(wave);
    const brief = briefs.get(device);
    return wanted === undefined || (brief !== undefined && matchesSelector(wanted, brief));
  };
  const plan = planRollout(request, devices, nowMs, matches);
  for (const { device, message } of plan.members)
    if (message === NO_WAVE) leftOut.push({ device, reason: 'no_wave', sentence: NO_WAVE });
  leftOut.push(...notSelected(request, new Set(devices.map(({ device }) => device as string))));
  return succeed({ release, plan, assigned, fits, leftOut, briefs });
}

function readWaveSelectors(request: Request): Outcome<Map<number, Selector>> {
  const read = new Map<number, Selector>();
  for (const [index, wave] of (request.waves ?? []).entries()) {
    if (wave.selector === undefined) continue;
    const selector = parseSelector(wave.selector);
    if (!selector.ok)
      return refuse('invalid_selector', `wave ${index + 1}: ${selector.problems[0]?.message}`, {
        path: `/waves/${index}/selector`,
      });
    read.set(index, selector.value);
  }
  return succeed(read);
}

function notSelected(request: Request, selected: ReadonlySet<string>): LeftOut[] {
  const listed = new Set((request.waves ?? []).flatMap(({ devices }) => devices ?? []));
  return [...listed]
    .filter((device) => !selected.has(device))
    .map((device) => ({
      device,
      reason: 'not_selected',
      sentence: 'a wave lists it, but the rollout does not select it',
    }));
}

/** Why a device is left out from the start: there is nothing to do for it, nothing to run on it, or R3. */
function leaveOut(
  request: Request,
  release: ReleaseRecord,
  current: Assignment | undefined,
  isHealthy: boolean,
  fit: Fit,
): Omit<LeftOut, 'device'> | null {
  if (current && current.release !== null) {
    const isSame =
      current.release === release.digest && canonicalJson(current.config) === canonicalJson(request.config);
    if (isSame && isHealthy)
      return { reason: 'already_on_it', sentence: `it runs ${release.app} ${release.version} already` };
    if (!request.rollback && current.releaseCounter > release.releaseCounter)
      return {
        reason: 'newer_release',
        sentence: `it has the newer ${release.app} ${current.version}; only a rollback moves it down`,
      };
  }
  return fit.variant ? null : { reason: 'no_variant_fits', sentence: fit.why };
}

/** Devices that say they run this very assignment well. */
async function healthyOn(
  repositories: Repositories,
  tenant: string,
  release: ReleaseRecord,
  assigned: ReadonlyMap<string, Assignment>,
): Promise<ReadonlySet<string>> {
  const on = [...assigned.values()]
    .filter((one) => one.release === release.digest)
    .map(({ device }) => device as DeviceId);
  const statuses = await repositories.workloads.list(tenant, on);
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
