import { type DeviceId, simulateRollout as operation, succeed } from '@wherry/protocol';
import { forecast } from '../domain/forecast/forecast.ts';
import { planRollout } from '../domain/rollouts/plan.ts';
import { APP_LIMITS } from './limits.ts';
import { prepareRollout } from './rollouts/prepare-rollout.ts';
import type { UseCase } from './use-cases.ts';

/** Nothing is written. Runs times devices is bounded, so a large fleet is run less often. Codes: those of a plan. */
export const simulateRollout: UseCase<'simulateRollout'> = async ({ store, clock }, { tenant }, input) => {
  const { request, seed, runs, devices, ...assumed } = operation.body.parse(input.body);
  const prepared = await prepareRollout(store, tenant, request, clock.nowMs());
  if (!prepared.ok) return prepared;
  const { plan, release } = prepared.value;
  // Who is online now is not asked: the assumed rate says who is.
  const named = devices === undefined ? plan : planRollout(plain(request), made(devices, release.digest), 0);
  const moving = named.members.length;
  const most = Math.max(1, Math.floor(APP_LIMITS.forecastDeviceRuns / Math.max(1, moving)));
  return succeed(forecast(named, assumed, seed, Math.min(runs, most)));
};

/** Made-up devices have no names or labels that a wave could ask for. */
function plain<R extends { waves?: readonly { selector?: unknown; devices?: unknown }[] | undefined }>(request: R): R {
  const waves = request.waves?.map(({ selector: _, devices: __, ...wave }) => wave);
  return { ...request, ...(waves ? { waves } : {}) };
}

function made(count: number, release: Parameters<typeof planRollout>[1][number]['release']) {
  return Array.from({ length: count }, (_, index) => {
    return { device: `device-${index}` as DeviceId, isOnline: true, release };
  });
}
