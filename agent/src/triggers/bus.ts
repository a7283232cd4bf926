import { LIMITS, type Outcome, refuse, succeed } from '@wherry/protocol';
import type { Counters } from '../logs/counters.ts';
import { type TokenBucket, takeToken } from '../logs/token-bucket.ts';
import type { CallOutcome, TriggerEvent } from '../runtimes/port.ts';
import { TRIGGER_LIMITS as LIMIT } from './limits.ts';
import { isTopicName, matchesTopic } from './topic-filter.ts';

/**
 * The device's bus: hands each message to every app with a matching mqtt trigger, once per app. Two apps that trigger each other
 * must not spin: a message has the depth of the chain that led to it, read off the calls that its publisher has not finished,
 * and each publisher has a rate. Elsewhere: the broker on the LAN (local-broker.ts).
 */
export interface Bus {
  bind(app: string, filters: readonly string[], call: Call): void;
  unbind(app: string): void;
  /** Messages pass the app by until it is bound again. */
  pause(app: string): void;
  /** `app` is the publisher; null for what comes from outside. Codes: invalid_topic, payload_too_large, rate_limited. */
  publish(topic: string, payload: Uint8Array, app: string | null): Outcome<void>;
  filters(): readonly string[];
}

export type Call = (event: TriggerEvent) => Promise<CallOutcome>;

interface Binding {
  readonly filters: readonly string[];
  readonly call: Call;
}

/** Calls of an app that have not ended, by the depth of the message that led to them. Outlives a new binding of the app. */
type Unfinished = Map<number, number>;

export function createBus(counters: Counters, monotonicMs: () => number): Bus {
  const bindings = new Map<string, Binding>();
  const unfinished = new Map<string, Unfinished>();
  const buckets = new Map<string, TokenBucket>();

  function depthOf(app: string | null): number {
    return 1 + Math.max(0, ...(unfinished.get(app ?? '')?.keys() ?? []));
  }

  function hasRate(app: string | null): boolean {
    const bucket =
      app === null
        ? takeToken(buckets.get(''), monotonicMs(), LIMIT.brokerBurst, LIMIT.brokerPerSecond)
        : takeToken(buckets.get(app), monotonicMs(), LIMIT.busBurst, LIMIT.busPerSecond);
    if (bucket) buckets.set(app ?? '', bucket);
    return bucket !== null;
  }

  async function deliver(app: string, binding: Binding, event: TriggerEvent, depth: number): Promise<void> {
    const mine: Unfinished = unfinished.get(app) ?? new Map();
    unfinished.set(app, mine);
    if (mine.values().reduce((sum, count) => sum + count, 0) >= LIMIT.callsPerApp) {
      counters.note('bus_calls_dropped', { app }, 'an app is behind with its messages and misses some');
      return;
    }
    mine.set(depth, (mine.get(depth) ?? 0) + 1);
    try {
      const outcome = await binding.call(event);
      if (!outcome.ok) counters.add('bus_calls_failed');
    } catch (error) {
      counters.note('bus_calls_failed', { app, error }, 'a call by a message failed');
    } finally {
      const left = (mine.get(depth) ?? 1) - 1;
      if (left > 0) mine.set(depth, left);
      else mine.delete(depth);
      if (mine.size === 0) unfinished.delete(app);
    }
  }

  return {
    bind: (app, filters, call) => void bindings.set(app, { filters, call }),
    unbind(app) {
      bindings.delete(app);
      buckets.delete(app);
    },
    pause: (app) => void bindings.delete(app),
    filters: () =>
      bindings
        .values()
        .flatMap((binding) => binding.filters)
        .toArray(),
    publish(topic, payload, app) {
      if (!isTopicName(topic))
        return refuse(
          'invalid_topic',
          'topic: whole levels without wildcards, not beginning with "$", at most 256 bytes',
        );
      if (payload.length > LIMITS.publishPayloadBytes)
        return refuse('payload_too_large', `a message holds at most ${LIMITS.publishPayloadBytes} bytes`);
      const depth = depthOf(app);
      if (depth > LIMIT.busDepth) {
        counters.note(
          'bus_depth_refused',
          { app, topic },
          'a chain of messages is too long: do apps trigger each other?',
        );
        return refuse(
          'rate_limited',
          `this message ends a chain of ${LIMIT.busDepth}: apps that trigger each other in a circle`,
        );
      }
      if (!hasRate(app)) {
        counters.note(app === null ? 'broker_rate_dropped' : 'bus_rate_refused', { app, topic }, 'too many messages');
        return refuse('rate_limited', `more than ${LIMIT.busPerSecond} messages a second: publish less often`);
      }
      for (const [name, binding] of bindings)
        if (binding.filters.some((filter) => matchesTopic(filter, topic)))
          void deliver(name, binding, { on: 'mqtt', topic, payload }, depth);
      return succeed(undefined);
    },
  };
}
