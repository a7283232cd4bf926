import { ROLLOUT_STATES } from '@wherry/protocol';
import { Gauge, Registry } from 'prom-client';
import { SERVER_LIMITS } from '../config/limits.ts';

/**
 * How many devices and rollouts there are, over all tenants or of each. Which tenants there are is not for everybody to know, so the two
 * are apart: both have the same names and add up to the same, and nobody is given both.
 */
export interface FleetSources {
  /** Names, in an order that new ones do not change: beyond a bound they are counted together. */
  readonly tenants: () => Promise<readonly string[]>;
  readonly devices: () => Promise<ReadonlyMap<string, { readonly total: number; readonly online: number }>>;
  readonly rollouts: () => Promise<ReadonlyMap<string, Partial<Record<(typeof ROLLOUT_STATES)[number], number>>>>;
}

export type FleetGrouping = 'in_all' | 'by_tenant';

/** No tenant has this name. */
const OTHERS = '_others';

export function fleetFigures(sources: FleetSources, grouping: FleetGrouping): Registry {
  const registry = new Registry();
  const grouped = grouping === 'by_tenant' ? ['tenant'] : [];
  new Gauge({
    name: 'wherry_devices',
    help: 'Devices, by whether their session lives',
    labelNames: [...grouped, 'online'],
    registers: [registry],
    async collect() {
      const rows = await read(sources.devices);
      this.reset();
      for (const [labels, counts] of rows) {
        const { total, online } = counts ?? { total: 0, online: 0 };
        this.inc({ ...labels, online: 'true' }, online);
        this.inc({ ...labels, online: 'false' }, total - online);
      }
    },
  });
  new Gauge({
    name: 'wherry_rollouts',
    help: 'Rollouts by state',
    labelNames: [...grouped, 'state'],
    registers: [registry],
    async collect() {
      const rows = await read(sources.rollouts);
      this.reset();
      for (const [labels, counts] of rows)
        for (const state of ROLLOUT_STATES) this.inc({ ...labels, state }, counts?.[state] ?? 0);
    },
  });
  return registry;

  /** Of every tenant, under which labels its counts are added; none for one that has nothing. */
  async function read<T>(source: () => Promise<ReadonlyMap<string, T>>): Promise<[Record<string, string>, T?][]> {
    const [tenants, counts] = [await sources.tenants(), await source()];
    const shown = new Set(tenants.slice(0, SERVER_LIMITS.metricTenants));
    const labels = (tenant: string): Record<string, string> =>
      grouping === 'in_all' ? {} : { tenant: shown.has(tenant) ? tenant : OTHERS };
    return [...new Set([...tenants, ...counts.keys()])].map((tenant) => {
      const found = counts.get(tenant);
      return found === undefined ? [labels(tenant)] : [labels(tenant), found];
    });
  }
}
