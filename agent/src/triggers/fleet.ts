import { isAppPath, LIMITS, type Outcome, refuse, succeed } from '@wherry/protocol';
import type { Counters } from '../logs/counters.ts';
import { type TokenBucket, takeToken } from '../logs/token-bucket.ts';
import type { Call } from './bus.ts';
import { TRIGGER_LIMITS as LIMIT } from './limits.ts';
import { matchesTopic } from './topic-filter.ts';

/**
 * Messages between apps and whoever operates the fleet, over the control plane's broker. An app knows them by a topic that begins
 * with `$fleet/`, which nothing on the device's own bus can have. Nothing is kept: what comes while an app has no instance, and
 * what is sent while there is no session, is counted and gone.
 */
export const FLEET_PREFIX = '$fleet/';

/** The session with the control plane's broker, as apps use it. */
export interface FleetLink {
  /** What apps want to hear: nothing, or messages of any app of this device. */
  hearApps(isWanted: boolean): void;
  /** False when there is no session. */
  publishOut(app: string, path: string, payload: Uint8Array): boolean;
}

export interface Fleet {
  bind(app: string, filters: readonly string[], call: Call): void;
  unbind(app: string): void;
  /** False when it goes nowhere. */
  deliver(app: string, path: string, payload: Uint8Array): boolean;
  /** Codes: invalid_topic, payload_too_large, rate_limited, unavailable. */
  publish(app: string, path: string, payload: Uint8Array): Outcome<void>;
}

interface Binding {
  readonly filters: readonly string[];
  readonly call: Call;
  unfinished: number;
}

export function createFleet(link: FleetLink, counters: Counters, monotonicMs: () => number): Fleet {
  const bindings = new Map<string, Binding>();
  const buckets = new Map<string, TokenBucket>();

  function hasRate(way: 'in' | 'out', app: string): boolean {
    const key = `${way} ${app}`;
    const [burst, perSecond] =
      way === 'in' ? [LIMIT.fleetInBurst, LIMIT.fleetInPerSecond] : [LIMIT.fleetOutBurst, LIMIT.fleetOutPerSecond];
    const taken = takeToken(buckets.get(key), monotonicMs(), burst, perSecond);
    if (taken !== null) buckets.set(key, taken);
    return taken !== null;
  }

  async function call(app: string, binding: Binding, path: string, payload: Uint8Array): Promise<void> {
    binding.unfinished += 1;
    try {
      const outcome = await binding.call({ on: 'mqtt', topic: `${FLEET_PREFIX}${path}`, payload });
      if (!outcome.ok) counters.add('fleet_calls_failed');
    } catch (error) {
      counters.note('fleet_calls_failed', { app, error }, 'a call by a message of the fleet failed');
    } finally {
      binding.unfinished -= 1;
    }
  }

  function tellLink(): void {
    link.hearApps(bindings.size > 0);
  }

  return {
    bind(app, filters, call) {
      if (filters.length === 0) bindings.delete(app);
      else bindings.set(app, { filters, call, unfinished: 0 });
      tellLink();
    },
    unbind(app) {
      bindings.delete(app);
      tellLink();
    },
    deliver(app, path, payload) {
      const binding = bindings.get(app);
      const isRight = isAppPath(path) && payload.length <= LIMITS.publishPayloadBytes;
      if (!isRight || binding === undefined || !binding.filters.some((filter) => matchesTopic(filter, path))) {
        counters.add(isRight ? 'fleet_unheard' : 'fleet_malformed');
        return false;
      }
      if (!hasRate('in', app) || binding.unfinished >= LIMIT.callsPerApp) {
        counters.note(
          'fleet_rate_dropped',
          { app, path },
          'an app is behind with messages of the fleet and misses some',
        );
        return false;
      }
      void call(app, binding, path, payload);
      return true;
    },
    publish(app, path, payload) {
      if (!isAppPath(path))
        return refuse('invalid_topic', 'topic: one to eight levels without wildcards after $fleet/');
      if (payload.length > LIMITS.publishPayloadBytes)
        return refuse('payload_too_large', `a message holds at most ${LIMITS.publishPayloadBytes} bytes`);
      if (!hasRate('out', app)) {
        counters.note('fleet_rate_refused', { app, path }, 'too many messages to the fleet');
        return refuse(
          'rate_limited',
          `more than ${LIMIT.fleetOutPerSecond} messages a second to the fleet: publish less often`,
        );
      }
      if (!link.publishOut(app, path, payload)) {
        counters.add('fleet_unsent');
        return refuse('unavailable', 'there is no session with the control plane: nothing is kept for later');
      }
      return succeed(undefined);
    },
  };
}
