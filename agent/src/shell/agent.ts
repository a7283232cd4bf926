import { randomBytes } from 'node:crypto';
import type { Inventory } from '@wherry/protocol';
import { createLink } from '../link/link.ts';
import type { DeviceLink } from '../link/options.ts';
import type { LinkEvents } from '../link/port.ts';
import { createLogForwarder } from '../logs/forwarder.ts';
import type { Logger } from '../logs/logger.ts';
import type { Runtime } from '../runtimes/port.ts';
import { lockFolder } from '../store/lock.ts';
import { readIdentity, readTrust, type StoredIdentity } from '../store/provisioning.ts';
import { openStore, type Store } from '../store/store.ts';
import { createTriggers } from '../triggers/triggers.ts';
import { makeKeyRing } from '../trust/keys.ts';
import { createUsageSampler } from '../usage/sampler.ts';
import { atMost } from './at-most.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import { runCommand } from './commands.ts';
import type { AgentConfig } from './config.ts';
import { createDevice, ownPlatform } from './device.ts';
import { createDeviceHttp } from './device-http.ts';
import { download } from './download.ts';
import type { Effects } from './effects.ts';
import { STOP_GRACE_MS } from './executors/context.ts';
import { createExecuting } from './executors/table.ts';
import { expectOk } from './expect-ok.ts';
import { createHostServices } from './host-services.ts';
import type { HeldInstance } from './instances.ts';
import { createIntake } from './intake.ts';
import { readInventory } from './inventory.ts';
import { createLinks } from './links.ts';
import { createLoop, type Loop } from './loop.ts';
import { createReporter } from './reporter.ts';
import { createSurroundings } from './surroundings.ts';
import { createTimeZones } from './time-zone.ts';
import { createTrustedReleases } from './trusted-releases.ts';

/** The agent put together: every part is made here, once, and handed what it needs. */
export interface AgentOptions {
  readonly folder: string;
  readonly config: AgentConfig;
  readonly effects: Effects;
  readonly log: Logger;
  readonly makeRuntimes: (folder: string, identity: StoredIdentity, config: AgentConfig) => readonly Runtime[];
}

export interface RunningAgent {
  readonly device: string;
  /** Where http triggers are served; null when they are not. */
  readonly httpUrl: string | null;
  stop(): Promise<void>;
}

const DOWNLOADS_AT_ONCE = 2;

export async function startAgent({ folder, config, effects, log, makeRuntimes }: AgentOptions): Promise<RunningAgent> {
  const identity = expectOk(readIdentity(folder));
  const trust = expectOk(readTrust(folder));
  const director = expectOk(makeKeyRing([identity.directorKey]));
  const publishers = expectOk(makeKeyRing(trust.publisherKeys));
  const lock = lockFolder(folder);
  const clock = SYSTEM_CLOCK;
  const boot = randomBytes(16).toString('hex');
  const store = openStore({ folder, boot, effects, nowMs: clock.nowMs });
  const links = createLinks(config.links, store, clock, log);
  const http = createDeviceHttp(identity, effects, links);
  const runtimes = makeRuntimes(folder, identity, config);
  const device = createDevice(runtimes, config.policy, ownPlatform(), effects);
  const triggers = createTriggers({ log, ...triggerPlaces(config) });
  const instances = new Map<string, HeldInstance>();
  const logs = createLogForwarder({ send: (batch) => link.sendLogs(batch) });
  const usage = createUsageSampler({
    dataPath: folder,
    outbox: store.outbox,
    running: () => [...instances.values()].map(asRunning),
    log,
    everyMs: config.usageEveryMs,
  });
  const slots = atMost(DOWNLOADS_AT_ONCE);
  const executing = createExecuting(() => ({
    store,
    effects,
    releases,
    device,
    policy: config.policy,
    triggers,
    instances,
    hostFor: (app) => createHostServices(app, store, triggers, (line) => logs.add(line)),
    records: () => [...loop.states().values()].map(({ record }) => record),
    dispatch: (app, event) => loop.dispatch(app, event),
    settleUsage: (held) => usage.settle(asRunning(held)),
    download: (digest, sizeBytes, signal) =>
      slots(() => download(digest, sizeBytes, { http, blobs: store.blobs, effects }, signal)),
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
    log,
  });
  const inventory = (): Inventory =>
    readInventory({ target: identity.target, folder, runtimes: device.answering(), isolation: isolationOf(runtimes) });
  const events: LinkEvents = {
    desired: (sealed) => intake.receive(sealed),
    command: (_id, command) =>
      runCommand(command, {
        loop,
        instances,
        listenToLogs: (forMs, app) => logs.listen(forMs, app),
        tellAll: () => loop.tellAll(inventory()),
      }),
    connection: (isUp) => log.info({ isUp }, 'session with the control plane'),
  };
  const link: DeviceLink = createLink({ identity, boot, outbox: store.outbox, events, log });

  await device.refresh();
  for (const runtime of runtimes) await effects.run('runtime.cleanUp', () => runtime.cleanUp());
  await startTriggers(triggers, log);
  if (store.setAside !== null) tellDamage(store, reporter, log);
  loop.boot(inventory());
  intake.resume();
  // What a crash kept from being collected. Without a desired state nobody knows what is needed.
  if (store.ledger.desired() !== null) executing.execute('', { kind: 'collectGarbage' });
  usage.start();
  link.start();
  // A device whose broker cannot be reached still learns what is wanted of it.
  void link.refresh();

  return {
    device: `${identity.tenant}/${identity.device}`,
    httpUrl: triggers.httpUrl(),
    async stop() {
      loop.close();
      usage.stop();
      await executing.stop();
      await triggers.stop();
      await Promise.all([...instances.values()].map(({ instance }) => instance.stop(STOP_GRACE_MS)));
      logs.stop();
      await link.stop();
      links.flush();
      store.close();
      lock.release();
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

function tellDamage(store: Store, reporter: ReturnType<typeof createReporter>, log: Logger): void {
  const message = `the database was damaged and set aside as ${store.setAside}; rebuilt from the newest desired state`;
  log.error({ setAside: store.setAside }, message);
  store.transaction('damage', () =>
    reporter.appendEvent(null, { severity: 'error', name: 'storage_damaged', message }),
  );
}

function isolationOf(runtimes: readonly Runtime[]): Inventory['isolation'] {
  const found = runtimes.find(({ kind }) => kind === 'wasm')?.features.isolation;
  return found === undefined || found === 'container' ? 'process' : found;
}
