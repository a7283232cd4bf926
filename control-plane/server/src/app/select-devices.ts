import { matchesSelector, type Outcome, parseSelector, succeed } from '@wherry/protocol';
import type { DeviceBrief } from '../storage/port/devices.ts';
import type { Repositories } from '../storage/port.ts';

/** Devices that match, by name. Code: invalid_selector. */
export async function selectDevices(
  repositories: Repositories,
  tenant: string,
  selectorText: string | undefined,
): Promise<Outcome<DeviceBrief[]>> {
  const selector = parseSelector(selectorText ?? '');
  if (!selector.ok) return selector;
  const briefs = await repositories.devices.briefs(tenant);
  return succeed(briefs.filter((brief) => matchesSelector(selector.value, brief)));
}
