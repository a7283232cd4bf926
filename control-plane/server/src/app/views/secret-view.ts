import { matchesSelector, parseSelector, type SecretView } from '@wherry/protocol';
import type { SecretRecord } from '../../storage/port/secrets.ts';
import type { Repositories } from '../../storage/port.ts';

/** With how many devices have it, and how many of those it is for do not have the newest. */
export async function secretViews(
  repositories: Repositories,
  tenant: string,
  records: readonly SecretRecord[],
): Promise<SecretView[]> {
  const devices = await repositories.devices.briefs(tenant);
  const live = new Set<string>(devices.map(({ device }) => device));
  const views: SecretView[] = [];
  for (const { isRemoved: _, ...record } of records) {
    const holders = await repositories.secrets.holders(tenant, record.app, record.name);
    const holding = holders.filter(({ device }) => live.has(device));
    const upToDate = new Set(
      holding.filter(({ version }) => version === record.version).map(({ device }) => device as string),
    );
    const selector = parseSelector(record.selector);
    const wanted = selector.ok ? devices.filter((device) => matchesSelector(selector.value, device)) : [];
    const missing = wanted.filter(({ device }) => !upToDate.has(device)).length;
    views.push({ ...record, devices: holding.length, missing });
  }
  return views;
}
