import { setTimeout as pause } from 'node:timers/promises';
import type { DownloadTerms } from '@wherry/protocol';
import { type LinkFacts, type LinkRefusal, refuseByLink } from '../core/budget/link-budget.ts';
import { FRESH_PACE, spend } from '../core/budget/pace.ts';
import { monthOf, nextMonthMs } from '../core/window/calendar.ts';
import type { Logger } from '../logs/logger.ts';
import type { DownloadPurpose, LinkType } from '../store/link-usage.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import type { AgentConfig } from './config.ts';
import { defaultInterface } from './default-route.ts';

/**
 * Which link downloads take now, and what went over it this month. Counted are the bodies of what is fetched over HTTP: blobs and
 * release documents. Images that a container engine pulls by itself, and the session with the broker, are not.
 */
export interface Links {
  facts(): LinkFacts;
  /** May so many bytes be downloaded now? */
  refuse(bytes: number, terms: DownloadTerms | undefined): LinkRefusal | null;
  count(purpose: DownloadPurpose, bytes: number): void;
  /** Waits after so many bytes as the bandwidth cap of the present link asks; all downloads share it. */
  pace(bytes: number, signal: AbortSignal): Promise<void>;
  /** Makes what was counted durable; happens by itself after so many bytes. */
  flush(): void;
}

/** What a crash can leave uncounted. */
const FLUSH_BYTES = 1024 * 1024;
/** The routing table is read again after this. */
const ROUTE_FRESH_MS = 1_000;

export function createLinks(
  config: AgentConfig['links'],
  store: Store,
  clock: Clock,
  log: Logger,
  readInterface: () => string | null = defaultInterface,
): Links {
  const pending = new Map<`${LinkType} ${DownloadPurpose}`, number>();
  let pace = FRESH_PACE;
  let route: { readonly name: string | null; readonly atMs: number } | null = null;

  function currentInterface(): string | null {
    const nowMs = clock.uptimeMs();
    if (route === null || nowMs - route.atMs >= ROUTE_FRESH_MS) route = { name: readInterface(), atMs: nowMs };
    return route.name;
  }

  const isMetered = (name: string | null) =>
    name !== null && config.metered.interfaces.some((pattern) => isMatch(name, pattern));

  function pendingBytes(link: LinkType): number {
    return [...pending].reduce((sum, [key, bytes]) => (key.startsWith(`${link} `) ? sum + bytes : sum), 0);
  }

  function flush(): void {
    if (pending.size === 0) return;
    const month = monthOf(clock.nowMs());
    try {
      store.transaction('linkUsage', () => {
        for (const [key, bytes] of pending) {
          const [link, purpose] = key.split(' ') as [LinkType, DownloadPurpose];
          store.linkUsage.add(month, link, purpose, bytes);
        }
      });
      pending.clear();
    } catch (error) {
      log.error({ err: error }, 'count downloaded bytes: counted again with the next ones');
    }
  }

  function facts(): LinkFacts {
    const name = currentInterface();
    const link: LinkType = isMetered(name) ? 'metered' : 'unmetered';
    const budget = config[link].bytesPerMonth;
    const nowMs = clock.nowMs();
    return {
      name,
      isMetered: link === 'metered',
      leftBytes:
        budget === undefined ? null : budget - store.linkUsage.spentBytes(monthOf(nowMs), link) - pendingBytes(link),
      renewsAtMs: nextMonthMs(nowMs),
    };
  }

  return {
    facts,
    refuse: (bytes, terms) => refuseByLink(bytes, facts(), terms),
    count(purpose, bytes) {
      const link: LinkType = isMetered(currentInterface()) ? 'metered' : 'unmetered';
      const key = `${link} ${purpose}` as const;
      pending.set(key, (pending.get(key) ?? 0) + bytes);
      if (pendingBytes('metered') + pendingBytes('unmetered') >= FLUSH_BYTES) flush();
    },
    async pace(bytes, signal) {
      const { maxBytesPerSecond } = config[isMetered(currentInterface()) ? 'metered' : 'unmetered'];
      if (maxBytesPerSecond === undefined) return;
      const spent = spend(pace, bytes, maxBytesPerSecond, clock.uptimeMs());
      pace = spent.pace;
      await pause(spent.waitMs, undefined, { signal });
    },
    flush,
  };
}

/** `wwan*` is every interface whose name begins with `wwan`. */
function isMatch(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
