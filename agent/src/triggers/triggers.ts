import { type Outcome, refuse, succeed, type Trigger } from '@wherry/protocol';
import { createCounters } from '../logs/counters.ts';
import { createBus } from './bus.ts';
import { createCron, openTicks } from './cron.ts';
import { createFleet, FLEET_PREFIX } from './fleet.ts';
import { createHttpTriggers } from './http-server.ts';
import { createLocalBroker } from './local-broker.ts';
import type { DeviceTriggers, TriggersOptions } from './options.ts';

/** Triggers of all apps put together: schedules, the bus with or without a broker behind it, and HTTP. */
export function createTriggers({ log, http, localBroker, fleet: link, timeZone }: TriggersOptions): DeviceTriggers {
  const counters = createCounters(log);
  const monotonicMs = () => performance.now();
  const cron = createCron(counters, Date.now, timeZone);
  const bus = createBus(counters, monotonicMs);
  const fleet = createFleet(link ?? NO_FLEET, counters, monotonicMs);
  const server = http ? createHttpTriggers({ ...http, log, counters }) : null;
  const broker = localBroker
    ? createLocalBroker({
        ...localBroker,
        log,
        counters,
        monotonicMs,
        // From outside, so it goes to the apps and not back.
        onMessage: (topic, payload) => void bus.publish(topic, payload, null),
      })
    : null;

  return {
    bind(app, triggers, call) {
      const of = byKind(triggers);
      cron.bind(app, of.cron, call);
      server?.bind(app, of.http, call);
      if (!server && of.http.length > 0)
        counters.note('http_not_served', { app }, 'http triggers are not served: no port is configured');
      bus.bind(
        app,
        of.mqtt.flatMap(({ filter, from }) => (from === 'fleet' ? [] : [filter])),
        call,
      );
      fleet.bind(
        app,
        of.mqtt.flatMap(({ filter, from }) => (from === 'fleet' ? [filter] : [])),
        call,
      );
      broker?.listen(bus.filters());
    },
    unbind(app) {
      cron.unbind(app);
      server?.unbind(app);
      bus.unbind(app);
      fleet.unbind(app);
      broker?.listen(bus.filters());
    },
    pause(app) {
      cron.pause(app);
      server?.pause(app);
      bus.pause(app);
      fleet.unbind(app);
    },
    deliver: (app, path, payload) => fleet.deliver(app, path, payload),
    async publish(topic, payload, app) {
      if (app !== undefined && topic.startsWith(FLEET_PREFIX))
        return fleet.publish(app, topic.slice(FLEET_PREFIX.length), payload);
      const outcome = bus.publish(topic, payload, app ?? null);
      if (outcome.ok) broker?.publish(topic, payload);
      return outcome;
    },
    async start() {
      broker?.start();
      await server?.start();
    },
    async stop() {
      cron.stop();
      await Promise.all([server?.stop(), broker?.stop()]);
    },
    httpUrl: () => server?.url() ?? null,
    isBrokerUp: () => broker?.isUp ?? null,
    counters: () => counters.all(),
  };
}

const NO_FLEET = { hearApps: () => {}, publishOut: () => false };

/** What can be wrong with triggers that the schema cannot say: ask before a release is taken. Code: invalid_manifest. */
export function checkTriggers(triggers: readonly Trigger[]): Outcome<void> {
  for (const [at, trigger] of triggers.entries()) {
    if (trigger.on !== 'cron') continue;
    const ticks = openTicks(trigger);
    if (!ticks.ok) return refuse('invalid_manifest', ticks.problems[0]?.message ?? '', { path: `/triggers/${at}` });
  }
  return succeed(undefined);
}

function byKind(triggers: readonly Trigger[]) {
  const of = <K extends Trigger['on']>(kind: K) =>
    triggers.filter((trigger): trigger is Extract<Trigger, { on: K }> => trigger.on === kind);
  return { cron: of('cron'), http: of('http'), mqtt: of('mqtt') };
}
