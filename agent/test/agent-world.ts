import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildTopic,
  type DesiredWorkload,
  type Envelope,
  PATHS,
  PAYLOAD_TYPES,
  type Release,
  type ReportItem,
  report,
  signedUsage,
  usageBatch,
  type WorkloadStatus,
} from '@wherry/protocol';
import mqtt from 'mqtt';
import { makeReportKey } from '../src/claim/report-key.ts';
import { createEffects } from '../src/shell/effects.ts';
import { writeFactoryRoot, writeIdentity } from '../src/store/provisioning.ts';
import { makeSigner, type Signer } from './signing.ts';
import { digestOf } from './tiny-module.ts';
import { makeOwner, type WorldOwner } from './world-owner.ts';

/**
 * All that surrounds one agent in a test: an owner and a director with real keys, an HTTP server for what a device fetches, and
 * the server's side of a real broker. What the network does wrong is set through `onBlob`.
 */
export interface World {
  readonly folder: string;
  readonly httpUrl: string;
  readonly owner: WorldOwner;
  readonly director: Signer;
  readonly items: ReportItem[];
  /** What was asked for over HTTP: paths. */
  readonly requests: string[];
  /** Answers for a blob instead of the plain file; false: the plain file after all. */
  onBlob: ((digest: string, bytes: Buffer, request: IncomingMessage, response: ServerResponse) => boolean) | null;
  isOffline: boolean;
  publish(options: PublishOptions): string;
  /** Publishes a release as it stands. */
  offer(release: Release): string;
  releaseOf(digest: string): Release;
  want(workloads: readonly WantOptions[], by?: Signer, patch?: object): void;
  sendDesired(sealed: Envelope): void;
  /** A command as the director signs it for the start of the agent that spoke last. */
  order(id: string, command: object): object;
  /** As the control plane sees the app after all that was reported. */
  statusOf(app: string): WorkloadStatus | undefined;
  events(name: string): readonly ReportItem[];
  dispose(): Promise<void>;
}

export interface PublishOptions {
  readonly app?: string;
  readonly version: string;
  readonly module: Buffer;
  readonly patch?: Partial<Release>;
  /** Signed instead of the true size. */
  readonly sizeBytes?: number;
}

export interface WantOptions {
  readonly app?: string;
  readonly version: string;
  readonly release: string;
  readonly attempt?: number;
  readonly rollback?: boolean;
  readonly config?: Record<string, string>;
  readonly window?: DesiredWorkload['window'];
  readonly download?: DesiredWorkload['download'];
}

export const APP = 'thermostat';

/** Without a broker, devices learn of everything over HTTP. */
export async function makeWorld(brokerUrl: string | null, device: string): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-agent-'));
  const director = makeSigner();
  const owner = makeOwner(director);
  /** All who spoke as director: whom the device believes is its own affair. */
  const speakers = new Set([director]);
  const blobs = new Map<string, Buffer>();
  const releases = new Map<string, Buffer>();
  const statuses = new Map<string, WorkloadStatus>();
  const stored = new Map<string, Set<number>>();
  const branch = { tenant: 'default', device } as Pick<Parameters<typeof buildTopic>[0], 'tenant' | 'device'>;
  let desired: { readonly generation: number; readonly sealed: Envelope } | null = null;
  let generation = 0;
  let newestBoot = '';
  let counter = 0;

  const client = brokerUrl === null ? null : await connect(brokerUrl, device);
  client?.on('message', (topic, payload) => {
    const message: unknown = JSON.parse(String(payload));
    if (topic.endsWith('/usage')) takeUsage(message);
    else take(message as Envelope);
  });

  function seenOf(boot: string): Set<number> {
    const seen = stored.get(boot) ?? new Set<number>();
    stored.set(boot, seen);
    return seen;
  }

  function takeUsage(message: unknown): void {
    const { sig: _, ...batch } = signedUsage.parse(message);
    const { boot, samples } = usageBatch.parse(batch);
    for (const { seq } of samples) seenOf(boot).add(seq);
    acknowledge(boot);
  }

  function take(sealed: Envelope): void {
    const { boot, items } = report.parse(JSON.parse(Buffer.from(sealed.payload, 'base64').toString()));
    const seen = seenOf(boot);
    newestBoot = boot;
    for (const item of items) {
      if (seen.has(item.seq)) continue;
      for (let seq = item.firstSeq ?? item.seq; seq <= item.seq; seq += 1) seen.add(seq);
      world.items.push(item);
      if (item.body.type !== 'state') continue;
      if (item.body.full === true) statuses.clear();
      for (const [app, status] of Object.entries(item.body.workloads))
        if (status === null) statuses.delete(app);
        else statuses.set(app, status);
    }
    acknowledge(boot);
  }

  function acknowledge(boot: string): void {
    const seen = seenOf(boot);
    let upTo = 0;
    while (seen.has(upTo + 1)) upTo += 1;
    for (const speaker of speakers) {
      const ack = { boot, upTo, ...(desired && { generation: desired.generation }) };
      const sig = speaker.vouch('ack', branch, ack);
      client?.publish(buildTopic({ ...branch, channel: 'ack' }), JSON.stringify({ ...ack, sig }), { qos: 1 });
    }
  }

  const http = createServer((request, response) => {
    const url = request.url ?? '';
    world.requests.push(url);
    if (world.isOffline) return void request.socket.destroy();
    if (url === PATHS.deviceDesired) {
      if (desired === null) return void response.writeHead(404).end();
      return void response.writeHead(200, { etag: `"${desired.generation}"` }).end(JSON.stringify(desired.sealed));
    }
    // No deltas here: agent/test/download.test.ts has them.
    if (url.includes('/from/')) return void response.writeHead(404).end();
    const digest = decodeURIComponent(url.split('/').at(-1) ?? '');
    const release = url.startsWith('/device/v1/releases/') ? releases.get(digest) : undefined;
    const metadata = url.startsWith('/device/v1/tuf/') ? owner.repository.files.get(digest) : undefined;
    const found = release ?? metadata;
    if (found) return void response.writeHead(200, { 'content-length': found.length }).end(found);
    const bytes = blobs.get(digest);
    if (!url.startsWith('/device/v1/blobs/') || !bytes) return void response.writeHead(404).end();
    if (world.onBlob?.(digest, bytes, request, response)) return;
    sendRange(bytes, request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const httpUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

  const effects = createEffects();
  writeFactoryRoot(folder, owner.repository.file('1.root.json'), effects);
  writeIdentity(
    folder,
    {
      tenant: 'default',
      device,
      secret: `secret-${device}`,
      serverUrl: httpUrl,
      mqttUrl: brokerUrl ?? 'mqtt://127.0.0.1:9',
      reportPrivateKey: makeReportKey().privateKey,
      target: 'generic-x64',
    },
    effects,
  );

  const world: World = {
    folder,
    httpUrl,
    owner,
    director,
    items: [],
    requests: [],
    onBlob: null,
    isOffline: false,
    publish({ app = APP, version, module, patch = {}, sizeBytes = module.length }) {
      counter += 1;
      const digest = digestOf(module);
      blobs.set(digest, module);
      const release = {
        app,
        version,
        releaseCounter: counter,
        variants: [{ kind: 'wasm', abi: 'assemblyscript', module: { digest, sizeBytes } }],
        triggers: [{ on: 'start' }, { on: 'cron', schedule: '0 0 1 1 *' }],
        capabilities: {},
        limits: { memoryBytes: 16 * 1024 * 1024, cpuShare: 1, wallMs: 2_000 },
        health: { afterMs: 0, everyMs: 100, failures: 2, soakMs: 150 },
        config: {},
        publishedAtMs: 0,
        ...patch,
      };
      return world.offer(release as unknown as Release);
    },
    offer(release) {
      const bytes = Buffer.from(JSON.stringify(release));
      const digest = digestOf(bytes);
      releases.set(digest, bytes);
      owner.name(release, bytes);
      return digest;
    },
    releaseOf(digest) {
      const bytes = releases.get(digest);
      if (bytes === undefined) throw new Error(`no release ${digest}`);
      return JSON.parse(bytes.toString()) as Release;
    },
    want(workloads, by = director, patch = {}) {
      generation += 1;
      const state = {
        tenant: 'default',
        device,
        generation,
        issuedAtMs: Date.now(),
        expiresAtMs: Date.now() + 3_600_000,
        workloads: workloads.map(({ app = APP, attempt = 1, config = {}, ...rest }) => ({
          app,
          attempt,
          config,
          ...rest,
        })) as unknown as DesiredWorkload[],
        usageEveryMs: 300_000,
        ...patch,
      };
      speakers.add(by);
      world.sendDesired(by.seal(PAYLOAD_TYPES.desired, Buffer.from(JSON.stringify(state))));
    },
    sendDesired(sealed) {
      desired = { generation, sealed };
      client?.publish(buildTopic({ ...branch, channel: 'desired' }), JSON.stringify(sealed), { qos: 1 });
    },
    order: (id, command) => {
      const order = { boot: newestBoot, command };
      return { ...order, sig: director.vouch('command', branch, { id, ...order }) };
    },
    statusOf: (app) => statuses.get(app),
    events: (name) => world.items.filter(({ body }) => body.type === 'event' && body.name === name),
    async dispose() {
      await client?.endAsync(true);
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

async function connect(brokerUrl: string, device: string) {
  const client = mqtt.connect(brokerUrl, { username: 'control-plane', password: 'control-plane', protocolVersion: 4 });
  await new Promise<void>((resolve, fail) => client.once('connect', () => resolve()).once('error', fail));
  const branch = `wherry/v1/default/${device}`;
  await client.subscribeAsync([`${branch}/report`, `${branch}/usage`], { qos: 1 });
  return client;
}

function sendRange(bytes: Buffer, request: IncomingMessage, response: ServerResponse): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
  if (Number.isNaN(from)) return void response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  const rest = bytes.subarray(from);
  const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
  response.writeHead(206, { 'content-range': range, 'content-length': rest.length }).end(rest);
}
