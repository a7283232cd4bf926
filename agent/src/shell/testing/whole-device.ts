import { closeSync, openSync, readSync } from 'node:fs';
import type { DesiredState, Envelope } from '@wherry/protocol';
import type { HttpAnswer } from '../../link/http-message.ts';
import type { Logger } from '../../logs/logger.ts';
import { FakeRuntime } from '../../runtimes/fake/runtime.ts';
import type { HostServices, WorkloadSpec } from '../../runtimes/port.ts';
import { openStore } from '../../store/store.ts';
import { createTriggers } from '../../triggers/triggers.ts';
import type { Clock } from '../clock.ts';
import { parseConfig } from '../config.ts';
import { createDevice, ownPlatform } from '../device.ts';
import type { DeviceHttp } from '../device-http.ts';
import { download } from '../download.ts';
import { createDeltaSizes } from '../downloading/delta-sizes.ts';
import { createNearby } from '../downloading/nearby.ts';
import { createSources } from '../downloading/sources.ts';
import type { Effects } from '../effects.ts';
import { createExecuting } from '../executors/table.ts';
import { expectOk } from '../expect-ok.ts';
import { createHostServices } from '../host-services.ts';
import { Instances } from '../instances.ts';
import { createIntake } from '../intake.ts';
import { readInventory } from '../inventory.ts';
import { createLinks } from '../links.ts';
import { createLoop, type Loop } from '../loop.ts';
import { openTrust } from '../open-trust.ts';
import { createReporter } from '../reporter.ts';
import { createSurroundings } from '../surroundings.ts';
import { createTimeZones } from '../time-zone.ts';

/**
 * One life of a device, put together as the agent is (shell/agent.ts) from where a desired state comes in to where a program starts:
 * the real intake, trust, lifecycles, executors and store. Its runtime starts nothing, and its network is a function.
 */
export interface WholeDeviceOptions {
  readonly folder: string;
  readonly tenant: string;
  readonly device: string;
  readonly factoryRoot: Uint8Array;
  readonly onRevoked: 'keep' | 'stop';
  readonly clock: Clock;
  /** What the network answers to a path; null: nothing is there. */
  readonly answer: (path: string) => Uint8Array | null;
  readonly onStart: (spec: WorkloadSpec, artifact: Uint8Array | null) => void;
  /** Codes of what was refused. */
  readonly onRefusal: (code: string) => void;
}

export interface WholeDevice {
  readonly runtime: FakeRuntime;
  receive(sealed: Envelope): void;
  generation(): number;
  loop(): Loop;
  stop(): Promise<void>;
}

const TARGET = 'generic-x64';
const SERVER_URL = 'http://127.0.0.1:9';
const ARTIFACT_BYTES_MAX = 4_096;
const NO_DOWNLOADS = { mirrors: [], peers: [], registries: [] };

export async function startWholeDevice(options: WholeDeviceOptions): Promise<WholeDevice> {
  const { folder, tenant, device: name, clock, factoryRoot, onRevoked } = options;
  const config = expectOk(parseConfig('{"timeZone":"UTC"}', 'test'));
  const log = logOf(options.onRefusal);
  const store = openStore({ folder, boot: 'b'.repeat(32), effects: EFFECTS, nowMs: clock.nowMs });
  const links = createLinks(config.links, store, clock, log, () => 'eth0');
  const http: DeviceHttp = { get: async (path) => answerOf(options.answer(path)) };
  const sources = createSources(NO_DOWNLOADS, http, NO_CLIENT, EFFECTS, links);
  const runtime = new WatchedRuntime(options.onStart);
  const device = createDevice([runtime], config.policy, { platform: ownPlatform(), target: TARGET }, EFFECTS);
  const triggers = createTriggers({ log });
  const instances = new Instances();
  const records = () => [...loop.states().values()].map(({ record }) => record);
  const deltaSizes = createDeltaSizes(clock.uptimeMs);
  const nearby = createNearby(sources.local, clock.uptimeMs);
  const blobs = {
    ...{ http, blobs: store.blobs, effects: EFFECTS, sources, pace: links.pace, refuse: links.refuse },
    ...{ bases: () => [], deltaSizes, nearby },
  };
  const executing = createExecuting(() => ({
    ...{ store, effects: EFFECTS, device, policy: config.policy, triggers, instances, records, timers, log },
    releases: trust.releases,
    secrets: { ready: async () => null },
    hostFor: (app) => createHostServices(app, store, triggers, () => {}),
    isMoving(app, ticket) {
      const run = loop.states().get(app)?.run;
      return run?.status === 'moving' && run.ticket === ticket;
    },
    dispatch: (app, event) => loop.dispatch(app, event),
    settleUsage: async () => {},
    download: (blob, signal) => download(blob, blobs, signal),
    forgetInRuntimes: async () => {},
  }));
  const timers = new Map<string, NodeJS.Timeout>();
  const trust = openTrust({
    ...{ folder, factoryRoot, tenant, deviceTarget: TARGET, serverUrl: SERVER_URL, store, http, clock, records, log },
    effects: EFFECTS,
    loop: () => loop,
    onRevoked,
    judgeAgain: (sealed) => intake.receiveAgain(sealed),
  });
  const reporter = createReporter(store, () => intake.generation());
  const loop: Loop = createLoop({
    ...{ store, reporter, clock, device: device.fit, execute: executing.execute, onFailure: () => {}, log },
    surroundings: createSurroundings({
      ...{ zones: createTimeZones('UTC'), links, blobs: store.blobs, deltaSizes, nearby, clock },
    }),
  });
  const intake = createIntake({
    ...{ tenant, device: name, director: trust.director, onStranger: trust.askAbout, store, clock, log },
    loop: () => loop,
    reporter: () => reporter,
    onAccepted: (state: DesiredState) => trust.follow(state.trust ?? 0),
  });

  await device.refresh();
  await triggers.start();
  loop.boot(
    readInventory({ target: TARGET, folder, runtimes: device.answering(), isolation: 'shared', hardware: null }),
  );
  intake.resume();
  return {
    runtime,
    receive: (sealed) => intake.receive(sealed),
    generation: () => intake.generation(),
    loop: () => loop,
    async stop() {
      loop.close();
      intake.stop();
      trust.stop();
      await executing.stop();
      await triggers.stop();
      for (const { instance } of [...instances.values(), ...instances.others()]) await instance.stop(0);
      store.close();
    },
  };
}

/** Tells what starts just before it does, with the bytes of its artifact as they are then. */
class WatchedRuntime extends FakeRuntime {
  readonly #onStart: WholeDeviceOptions['onStart'];

  constructor(onStart: WholeDeviceOptions['onStart']) {
    super();
    this.#onStart = onStart;
  }

  override start(spec: WorkloadSpec, host: HostServices) {
    this.#onStart(spec, spec.artifactPath === null ? null : readFirst(spec.artifactPath));
    return super.start(spec, host);
  }
}

function readFirst(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(ARTIFACT_BYTES_MAX);
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

/** Nothing cuts the power here, and syncing is most of what an update takes. */
const EFFECTS: Effects = {
  run: (name, action) => (name.endsWith('.sync') ? (undefined as ReturnType<typeof action>) : action()),
  count: () => 0,
  steps: () => ({}),
};

const NO_CLIENT = { request: () => Promise.reject(new Error('there is no other network')), close() {} };

function answerOf(bytes: Uint8Array | null): HttpAnswer {
  async function* body() {
    if (bytes !== null) yield bytes;
  }
  const length = bytes === null ? null : String(bytes.length);
  const get = (name: string) => (name === 'content-length' ? length : null);
  return { status: bytes === null ? 404 : 200, headers: { get }, body: body(), discard() {} };
}

function logOf(onRefusal: (code: string) => void): Logger {
  const tell = (fields: object) => {
    const { code, problem, err } = fields as { code?: string; problem?: { code: string }; err?: unknown };
    const found = code ?? problem?.code;
    if (found !== undefined) onRefusal(found);
    else if (err !== undefined) onRefusal(`unexpected: ${String(err)}`);
  };
  return { debug() {}, info() {}, warn: tell, error: tell };
}
