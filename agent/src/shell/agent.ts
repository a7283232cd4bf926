import { randomBytes } from 'node:crypto';
import type { Inventory } from '@wherry/protocol';
import { deltaBases } from '../core/delta-base.ts';
import type { HardwareClaims } from '../hardware/claims.ts';
import { openHardware } from '../hardware/open-hardware.ts';
import { createHttpClient } from '../link/http-client.ts';
import { createLink } from '../link/link.ts';
import type { DeviceLink } from '../link/options.ts';
import { createLogForwarder } from '../logs/forwarder.ts';
import type { Logger } from '../logs/logger.ts';
import { openPeerServer } from '../peers/open-peer-server.ts';
import type { Runtime } from '../runtimes/port.ts';
import type { Launched } from '../self-update/launched.ts';
import { openSelfUpdate } from '../self-update/open-self-update.ts';
import { readFactoryRoot, readIdentity, type StoredIdentity } from '../store/provisioning.ts';
import { openStore } from '../store/store.ts';
import type { FleetLink } from '../triggers/fleet.ts';
import { createTriggers } from '../triggers/triggers.ts';
import { createUsageSampler } from '../usage/sampler.ts';
import { atMost } from './at-most.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import type { AgentConfig } from './config.ts';
import { openDataPlace, whenWritable } from './data-place.ts';
import { createDevice, ownPlatform } from './device.ts';
import { createDeviceHttp } from './device-http.ts';
import { createDeviceSecrets } from './device-secrets.ts';
import { download } from './download.ts';
import { createDeltaSizes } from './downloading/delta-sizes.ts';
import { createNearby } from './downloading/nearby.ts';
import { createSources } from './downloading/sources.ts';
import type { Effects } from './effects.ts';
import { createEngineWatch } from './engine-watch.ts';
import { STOP_GRACE_MS } from './executors/context.ts';
import { createExecuting } from './executors/table.ts';
import { expectOk } from './expect-ok.ts';
import { createForgedEvents } from './forged-events.ts';
import { openHome } from './home.ts';
import { createHostServices } from './host-services.ts';
import { type HeldInstance, Instances } from './instances.ts';
import { createIntake } from './intake.ts';
import { readInventory } from './inventory.ts';
import { isolationOf } from './isolation-of.ts';
import { createLimitEvents } from './limit-events.ts';
import { createLinkEvents } from './link-events.ts';
import { createLinks } from './links.ts';
import { createLoop, type Loop } from './loop.ts';
import { openTrust } from './open-trust.ts';
import { createReporter } from './reporter.ts';
import { createSurroundings } from './surroundings.ts';
import { tellDamage } from './tell-damage.ts';
import { createTimeZones } from './time-zone.ts';
import { startTriggers, triggerPlaces } from './trigger-places.ts';

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
  /** Null, or left out: not by a launcher, so this agent cannot put another in its place. */
  readonly launched?: Launched | null;
}

export interface RunningAgent {
  readonly device: string;
  /** Where http triggers are served; null when they are not. */
  readonly httpUrl: string | null;
  /** Resolves when the data folder, which took nothing at the start, can be written again, or when another version is to run. */
  readonly mustStartOver: Promise<void>;
  stop(): Promise<void>;
}

const DOWNLOADS_AT_ONCE = 2;

export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const { folder, config, effects, log, makeRuntimes, clock = SYSTEM_CLOCK, launched = null } = options;
  const identity = expectOk(readIdentity(folder));
  const factoryRoot = expectOk(readFactoryRoot(folder));
  const place = openDataPlace(folder, effects);
  const boot = randomBytes(16).toString('hex');
  const store = openStore({ folder: place.folder, boot, effects, nowMs: clock.nowMs });
  const links = createLinks(config.links, store, clock, log);
  const home = openHome({ folder, serverUrl: identity.serverUrl, effects, clock, log });
  const elsewhere = createHttpClient();
  const http = createDeviceHttp(identity, home.client, effects, links);
  const sources = createSources(config.downloads, http, elsewhere, effects, links);
  const hardware = await openHardware(config, log);
  const selfUpdate = openSelfUpdate({ launched, folder, config, store, effects, clock });
  const runtimes = [...makeRuntimes(place.folder, identity, config, hardware), ...selfUpdate.runtimes];
  const device = createDevice(runtimes, config.policy, { platform: ownPlatform(), target: identity.target }, effects);
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
  const deltaSizes = createDeltaSizes(clock.uptimeMs);
  const nearby = createNearby(sources.local, clock.uptimeMs);
  const executing = createExecuting(() => ({
    store,
    effects,
    releases: trust.releases,
    device,
    policy: config.policy,
    triggers,
    instances,
    secrets,
    hostFor: (app) =>
      createHostServices(app, store, triggers, (line) => logs.add(line), {
        ...tellLimit(app),
        secret: (name) => secrets.value(app, name),
      }),
    records,
    isMoving: (app, ticket) => {
      const run = loop.states().get(app)?.run;
      return run?.status === 'moving' && run.ticket === ticket;
    },
    dispatch: (app, event) => loop.dispatch(app, event),
    settleUsage: (held) => usage.settle(asRunning(held)),
    download: (blob, signal) =>
      slots(() =>
        download(
          blob,
          {
            ...{ http, effects, sources, deltaSizes, nearby, blobs: store.blobs },
            pace: links.pace,
            refuse: links.refuse,
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
  const trust = openTrust({
    folder: place.folder,
    factoryRoot,
    tenant: identity.tenant,
    deviceTarget: identity.target,
    serverUrl: identity.serverUrl,
    store,
    http,
    effects,
    clock,
    records,
    loop: () => loop,
    onRevoked: config.onRevoked,
    judgeAgain: (sealed) => intake.receiveAgain(sealed),
    log,
  });
  const reporter = createReporter(store, () => intake.generation());
  const loop: Loop = createLoop({
    store,
    reporter,
    clock,
    device: device.fit,
    surroundings: createSurroundings({
      ...{ links, deltaSizes, nearby, clock, blobs: store.blobs },
      zones: createTimeZones(config.timeZone),
    }),
    execute: executing.execute,
    onFailure: (app) => logs.sendLast(app),
    log,
  });
  const secrets = createDeviceSecrets({
    ...{ identity, folder, dataFolder: place.folder, store, http, effects, instances, log },
    loop: () => loop,
    reporter: () => reporter,
  });
  const intake = createIntake({
    tenant: identity.tenant,
    device: identity.device,
    director: trust.director,
    onStranger: trust.askAbout,
    store,
    loop: () => loop,
    reporter: () => reporter,
    clock,
    onAccepted: (state) => {
      usage.setEvery(state.usageEveryMs);
      secrets.follow(state.workloads);
      trust.follow(state.trust ?? 0);
    },
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
      ...secrets.sealingKey,
    });
  const events = createLinkEvents({
    ...{ intake, loop, instances, logs, triggers, log },
    tellAll: () => loop.tellAll(inventory()),
    forged: createForgedEvents(store, () => reporter, clock, log),
  });
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
    generation: () => intake.generation(),
    isDirectors: trust.isDirectors,
    client: home.client,
    tls: home.tls,
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
  home.start();
  link.start();

  const { promise: mustStartOver, resolve: startOver } = Promise.withResolvers<void>();
  void selfUpdate.mustLeave.then(startOver);
  const stopLooking = place.trouble === null ? () => {} : whenWritable(folder, effects, startOver);
  return {
    device: `${identity.tenant}/${identity.device}`,
    httpUrl: triggers.httpUrl(),
    mustStartOver,
    async stop() {
      loop.close();
      selfUpdate.close();
      intake.stop();
      secrets.stop();
      trust.stop();
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
      await home.stop();
      elsewhere.close();
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
