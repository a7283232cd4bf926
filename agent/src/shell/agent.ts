import { randomBytes } from 'node:crypto';
import type { Inventory } from '@wherry/protocol';
import { deltaBases } from '../core/delta-base.ts';
import type { HardwareClaims } from '../hardware/claims.ts';
import { openHardware } from '../hardware/open-hardware.ts';
import { createLink } from '../link/link.ts';
import type { DeviceLink } from '../link/options.ts';
import type { LinkEvents } from '../link/port.ts';
import { createLogForwarder } from '../logs/forwarder.ts';
import type { Logger } from '../logs/logger.ts';
import { openPeerServer } from '../peers/open-peer-server.ts';
import type { Runtime } from '../runtimes/port.ts';
import { readIdentity, readTrust, type StoredIdentity } from '../store/provisioning.ts';
import { openStore } from '../store/store.ts';
import type { FleetLink } from '../triggers/fleet.ts';
import { createTriggers } from '../triggers/triggers.ts';
import { makeKeyRing } from '../trust/keys.ts';
import { createUsageSampler } from '../usage/sampler.ts';
import { atMost } from './at-most.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { runCommand } from './commands.ts';
import type { AgentConfig } from './config.ts';
import { openDataPlace, whenWritable } from './data-place.ts';
import { createDevice, ownPlatform } from './device.ts';
import { createDeviceHttp } from './device-http.ts';
import { download } from './download.ts';
import { createSources } from './downloading/sources.ts';
import type { Effects } from './effects.ts';
import { createEngineWatch } from './engine-watch.ts';
import { STOP_GRACE_MS } from './executors/context.ts';
import { createExecuting } from './executors/table.ts';
import { expectOk } from './expect-ok.ts';
import { createHostServices } from './host-services.ts';
import { type HeldInstance, Instances } from './instances.ts';
import { createIntake } from './intake.ts';
import { readInventory } from './inventory.ts';
import { createLimitEvents } from './limit-events.ts';
import { createLinks } from './links.ts';
import { createLoop, type Loop } from './loop.ts';
import { createReporter } from './reporter.ts';
import { createSurroundings } from './surroundings.ts';
import { tellDamage } from './tell-damage.ts';
import { createTimeZones } from './time-zone.ts';
import { createTrustedReleases } from './trusted-releases.ts';

/** The agent put together: every part is made here, once, and handed what it needs. */
export interface AgentOptions {
  readonly folder: string;
  readonly config: AgentConfig;
  readonly effects: Effects;
  readonly log: Logger;
  readonly makeRuntimes: (
    folder: string,
    identity: StoredIdentity,
    config: AgentConfig,
    hardware: HardwareClaims | null,
  ) => readonly Runtime[];
  /** The system's own without. */
  readonly clock?: Clock;
}

export interface RunningAgent {
  readonly device: string;
  /** Where http triggers are served; null when they are not. */
  readonly httpUrl: string | null;
  /** Resolves when the data folder, which took nothing at the start, can be written again. */
  readonly mustStartOver: Promise<void>;
  stop(): Promise<void>;
}

const DOWNLOADS_AT_ONCE = 2;

export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const { folder, config, effects, log, makeRuntimes, clock = SYSTEM_CLOCK } = options;
  const identity = expectOk(readIdentity(folder));
  const trust = expectOk(readTrust(folder));
  const director = expectOk(makeKeyRing([identity.directorKey]));
  const publishers = expectOk(makeKeyRing(trust.publisherKeys));
  const place = openDataPlace(folder, effects);
  const boot = randomBytes(16).toString('hex');
  const store = openStore({ folder: place.folder, boot, effects, nowMs: clock.nowMs });
  const links = createLinks(config.links, store, clock, log);
  const http = createDeviceHttp(identity, effects, links);
  const sources = createSources(config.downloads, http, effects, links);
  const hardware = await openHardware(config, log);
  const runtimes = makeRuntimes(place.folder, identity, config, hardware);
  const device = createDevice(runtimes, config.policy, ownPlatform(), effects);
  const fleet: FleetLink = {
    hearApps: (isWanted) => link.hearApps(isWanted),
    publishOut: (app, path, payload) => link.publishOut(app, path, payload),
  };
  const triggers = createTriggers({ log, fleet, timeZone: config.timeZone, ...triggerPlaces(config) });
  const instances = new Instances();
  const logs = createLogForwarder({ send: (batch) => link.sendLogs(batch) });
  const usage = createUsageSampler({
    dataPath: folder,
    outbox: store.outbox,
    running: () => [...instances.values()].map(asRunning),
    log,
    everyMs: config.usageEveryMs,
    isMetered: () => links.facts().isMetered,
  });
  const tellLimit = createLimitEvents(store, () => reporter, clock, log);
  const records = () => [...loop.states().values()].map(({ record }) => record);
  const slots = atMost(DOWNLOADS_AT_ONCE);
  const executing = createExecuting(() => ({
    store,
    effects,
    releases,
    device,
    policy: config.policy,
    triggers,
    instances,
    hostFor: (app) => createHostServices(app, store, triggers, (line) => logs.add(line), tellLimit(app)),
    records,
    isMoving: (app, ticket) => {
      const run = loop.states().get(app)?.run;
      return run?.status === 'moving' && run.ticket === ticket;
    },
    dispatch: (app, event) => loop.dispatch(app, event),
    settleUsage: (held) => usage.settle(asRunning(held)),
    download: (digest, sizeBytes, signal) =>
      slots(() =>
        download(
          digest,
          sizeBytes,
          {
            http,
            blobs: store.blobs,
            effects,
            sources,
            pace: links.pace,
            bases: (wanted) => deltaBases(records(), wanted),
          },
          signal,
        ),
      ),
    forgetInRuntimes: async (kept) => {
      for (const runtime of runtimes) await runtime.forgetExcept?.(kept);
    },
    timers,
    log,
  }));
  const timers = new Map<string, NodeJS.Timeout>();
  const releases = createTrustedReleases(store, http, { publishers, threshold: trust.threshold });
  const reporter = createReporter(store, () => intake.generation());
  const loop: Loop = createLoop({
    store,
    reporter,
    clock,
    device: device.fit,
    surroundings: createSurroundings(createTimeZones(config.timeZone), links, store.blobs, clock),
    execute: executing.execute,
    onFailure: (app) => logs.sendLast(app),
    log,
  });
  const intake = createIntake({
    tenant: identity.tenant,
    device: identity.device,
    director,
    store,
    loop: () => loop,
    reporter: () => reporter,
    clock,
    onAccepted: (state) => usage.setEvery(state.usageEveryMs),
    frozen: place.trouble,
    log,
  });
  const inventory = (): Inventory =>
    readInventory({
      target: identity.target,
      folder,
      runtimes: device.answering(),
      isolation: isolationOf(runtimes),
      hardware: hardware?.present ?? null,
    });
  const events: LinkEvents = {
    desired: (sealed) => intake.receive(sealed),
    command: (_id, command) =>
      runCommand(command, {
        loop,
        instances,
        listenToLogs: (forMs, app) => logs.listen(forMs, app),
        tellAll: () => loop.tellAll(inventory()),
        deliver: triggers.deliver,
      }),
    appMessage: (app, path, payload) => triggers.deliver(app, path, payload),
    connection: (isUp) => log.info({ isUp }, 'session with the control plane'),
  };
  const engines = createEngineWatch({
    device,
    loop,
    store,
    everyMs: config.engineEveryMs,
    onChange: () => loop.tellAll(inventory()),
    log,
  });
  const link: DeviceLink = createLink({
    identity,
    boot,
    outbox: store.outbox,
    events,
    log,
    isMetered: () => links.facts().isMetered,
  });

  await device.refresh();
  for (const runtime of runtimes) await effects.run('runtime.cleanUp', () => runtime.cleanUp());
  await startTriggers(triggers, log);
  const peers = await openPeerServer(config.downloads, store.blobs, log);
  tellDamage({ store, reporter, trouble: place.trouble, log });
  loop.boot(inventory());
  intake.resume();
  // What a crash kept from being collected. Without a desired state nobody knows what is needed.
  if (store.ledger.desired() !== null) executing.execute('', { kind: 'collectGarbage' });
  usage.start();
  engines.start();
  link.start();
  // A device whose broker cannot be reached still learns what is wanted of it.
  void link.refresh();

  const { promise: mustStartOver, resolve: startOver } = Promise.withResolvers<void>();
  const stopLooking = place.trouble === null ? () => {} : whenWritable(folder, effects, startOver);
  return {
    device: `${identity.tenant}/${identity.device}`,
    httpUrl: triggers.httpUrl(),
    mustStartOver,
    async stop() {
      loop.close();
      intake.stop();
      usage.stop();
      engines.stop();
      await executing.stop();
      await triggers.stop();
      await peers?.stop();
      await Promise.all(
        [...instances.values(), ...instances.others()].map(({ instance }) => instance.stop(STOP_GRACE_MS)),
      );
      logs.stop();
      await link.stop();
      links.flush();
      store.close();
      stopLooking();
      place.release();
    },
  };
}

function asRunning({ app, releaseDigest, instance }: HeldInstance) {
  return { app, release: releaseDigest, instance };
}

function triggerPlaces({ http, localBroker }: AgentConfig) {
  const broker = typeof localBroker === 'string' ? { url: localBroker } : localBroker;
  return {
    ...(http === false ? {} : { http }),
    ...(broker === undefined ? {} : { localBroker: withoutUndefined(broker) }),
  };
}

function withoutUndefined(broker: { url: string; username?: string | undefined; password?: string | undefined }) {
  const { url, username, password } = broker;
  return { url, ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

/** A port that is taken must not keep the programs of the device from running. */
async function startTriggers(triggers: { start(): Promise<void> }, log: Logger): Promise<void> {
  try {
    await triggers.start();
  } catch (error) {
    log.error({ err: error }, 'start triggers: http triggers are not served');
  }
}

function isolationOf(runtimes: readonly Runtime[]): Inventory['isolation'] {
  const found = runtimes.find(({ kind }) => kind === 'wasm')?.features.isolation;
  return found === undefined || found === 'container' ? 'process' : found;
}
