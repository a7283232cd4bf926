import { getDeviceUsage as operation, refuse, succeed } from '@wherry/protocol';
import { POINTS_MAX, tierFor } from '../domain/usage/tiers.ts';
import { findDevice } from './find-device.ts';
import type { UseCase } from './use-cases.ts';

const DEFAULT_RANGE_MS = 3_600_000;

/** `resolutionMs` 0: the points are the samples themselves. */
export const getDeviceUsage: UseCase<'getDeviceUsage'> = async ({ store, clock }, { tenant }, input) => {
  const query = operation.query.parse(input.query ?? {});
  const found = await findDevice(store, tenant, input.params.device);
  if (!found.ok) return found;
  const nowMs = clock.nowMs();
  const toMs = query.toMs ?? nowMs;
  const fromMs = query.fromMs ?? toMs - DEFAULT_RANGE_MS;
  if (fromMs >= toMs) return refuse('invalid_query', 'fromMs must be before toMs', { path: '/fromMs' });
  const range = { device: found.value.device, app: query.app ?? '', fromMs, toMs };
  const resolutionMs = tierFor(fromMs, toMs, nowMs);
  const points =
    resolutionMs === 0
      ? await store.usage.raw(tenant, range, POINTS_MAX)
      : await store.usage.points(tenant, range, resolutionMs, POINTS_MAX);
  return succeed({ points, resolutionMs });
};
