import { describeLimitHit, type LimitHit } from '@wherry/protocol';
import type { Logger } from '../logs/logger.ts';
import type { HostServices } from '../runtimes/port.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import type { Reporter } from './reporter.ts';

/**
 * Limits that programs hit, told to the fleet: the first at once, and then of each app and limit at most one event in a while, which
 * says how many there were. Every single one is in the usage figures.
 */
export type LimitEvents = (app: string) => Required<Pick<HostServices, 'limitHit' | 'restarted'>>;

const EVERY_MS = 300_000;
const KEPT = 512;

export function createLimitEvents(
  store: Pick<Store, 'transaction'>,
  reporter: () => Pick<Reporter, 'appendEvent'>,
  clock: Clock,
  log: Logger,
): LimitEvents {
  const told = new Map<string, { readonly atMs: number; since: number }>();

  function tell(app: string, name: string, message: string): void {
    try {
      store.transaction('limit', () => reporter().appendEvent(app, { severity: 'warning', name, message }));
    } catch (error) {
      log.error({ app, err: error }, message);
    }
  }

  function limitHit(app: string, hit: LimitHit): void {
    const key = `${app} ${hit.limit}`;
    const nowMs = clock.nowMs();
    const before = told.get(key);
    if (before !== undefined && nowMs >= before.atMs && nowMs - before.atMs < EVERY_MS) {
      before.since += 1;
      return;
    }
    if (told.size >= KEPT) told.clear();
    told.set(key, { atMs: nowMs, since: 0 });
    const more = before !== undefined && before.since > 0 ? ` (and ${before.since} times since it was last told)` : '';
    tell(app, 'limit_hit', `${app} hit a limit, ${describeLimitHit(hit)}${more}`);
  }

  return (app) => ({
    limitHit: (hit) => limitHit(app, hit),
    restarted: (reason) => tell(app, 'workload_restarted', `${app} was started again: ${reason}`),
  });
}
