import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BootId,
  canonicalBytes,
  type DeploymentState,
  type DesiredState,
  type DeviceId,
  detachedBytes,
  type Envelope,
  type KeyId,
  type Outcome,
  PAYLOAD_TYPES,
  type PayloadType,
  preAuthenticationEncoding,
  type Release,
  type ReportBody,
  type StreamChange,
  toBase64,
  type WorkloadStatus,
} from '@wherry/protocol';
import { openBlobs } from '../../blobs/open-blobs.ts';
import { openDirector } from '../../director/open-director.ts';
import { createArgon2Passwords } from '../../passwords/argon2-passwords.ts';
import type { Store } from '../../storage/port.ts';
import { openSqliteStore } from '../../storage/sqlite/open-sqlite-store.ts';
import { openAuditSigner } from '../../trust/open-audit-signer.ts';
import { openOnlineSigner } from '../../trust/open-online-signer.ts';
import { applyReports } from '../apply-reports.ts';
import { putBlob } from '../blobs.ts';
import { claimDevice } from '../claim-device.ts';
import type { AppContext } from '../context.ts';
import { desiredFor } from '../desired-for.ts';
import { deviceConnected, deviceDisconnected } from '../device-session.ts';
import { drainDispatch } from '../dispatch-soon.ts';
import { noteStarts } from '../identity/note-starts.ts';
import { keyIdOf } from '../keys.ts';
import { useCases } from '../operations.ts';
import { drainPreparation } from '../prepare-soon.ts';
import { newestPublisher } from '../trust/read-repository.ts';
import type { Caller } from '../use-cases.ts';
import { signPublication } from './publisher.ts';
import { RecordingBroker, readDesired } from './recording-broker.ts';
import { beginRepository } from './repository-owner.ts';

/** A control plane without its edges, on a real store and real keys, with a clock that tests move. */
export interface TestFleet {
  readonly context: AppContext;
  readonly broker: RecordingBroker;
  readonly store: Store;
  readonly admin: Caller;
  readonly changes: StreamChange[];
  readonly dataDir: string;
  advance(ms: number): void;
  /** Of the app `thermostat`; begins the repository unless `owner` has. */
  publisher(owner?: Owner): Promise<Publisher>;
  claim(device: string, labels?: Record<string, string>): Promise<TestDevice>;
  /** The same control plane for the admin of another tenant. */
  of(tenant: string): TestFleet;
  close(): Promise<void>;
}

export interface Publisher {
  /** What is sent to publish it, over what the app's role names by now. */
  sign(payload: object): Promise<Publication>;
  publish(release: Partial<Release> & { version: string; releaseCounter: number }): Promise<string>;
}
export type Publication = ReturnType<typeof signPublication>;
export type Owner = ReturnType<typeof beginRepository>;

const START_MS = 1_700_000_000_000;

export async function openFleet(path = ':memory:'): Promise<TestFleet> {
  const dataDir = await mkdtemp(join(tmpdir(), 'wherry-server-'));
  const store = await openSqliteStore(path);
  const broker = new RecordingBroker();
  const changes: StreamChange[] = [];
  let nowMs = START_MS;
  let ids = 0;
  const context: AppContext = {
    store,
    broker,
    blobs: await openBlobs(dataDir),
    director: await openDirector(dataDir),
    online: await openOnlineSigner(dataDir),
    auditSigner: await openAuditSigner(dataDir),
    passwords: createArgon2Passwords({ memoryKib: 64, passes: 1, parallelism: 1 }),
    changes: { emit: (_, change) => void changes.push(change), listen: () => () => {} },
    clock: { nowMs: () => nowMs },
    newId: () => `01${String(ids++).padStart(24, '0')}`,
    newSecret: () => randomBytes(32).toString('hex'),
    log: { info: () => {}, warn: () => {}, error: (fields, message) => console.error(message, fields) },
  };
  const admin: Caller = {
    ...{ tenant: 'default', operator: 'ada', role: 'admin', scopes: null, principal: 'user/ada' },
  } as const;
  const fleetOf = (admin: Caller): TestFleet => {
    const publishers: Promise<Publisher>[] = [];
    return {
      context,
      broker,
      store,
      admin,
      changes,
      dataDir,
      advance: (ms) => {
        nowMs += ms;
      },
      publisher: (owner) => {
        publishers[0] ??= makePublisher(context, admin, owner);
        return publishers[0];
      },
      claim: (device, labels = {}) => claim(context, broker, admin, device, labels),
      of: (tenant) => fleetOf({ ...admin, tenant }),
      async close() {
        await drainPreparation(context);
        await drainDispatch(context);
        await store.close();
        await rm(dataDir, { recursive: true });
      },
    };
  };
  return fleetOf(admin);
}

async function makePublisher(context: AppContext, admin: Caller, given?: Owner): Promise<Publisher> {
  const owner = given ?? beginRepository(context, admin.tenant);
  if (!given) expectOk(await useCases.updateTrust(context, admin, { body: owner.documents }));
  const archive = await upload(context, admin, 'an image archive');
  const sign: Publisher['sign'] = async (payload) => {
    const current = await newestPublisher(context.store, admin.tenant, 'thermostat');
    const by = { key: owner.keys.publisher, tenant: admin.tenant, nowMs: context.clock.nowMs(), current };
    return signPublication(payload, by);
  };
  return {
    sign,
    async publish(release) {
      const body = await sign({ ...releaseOf(archive), ...release });
      return expectOk(await useCases.publishRelease(context, admin, { body })).digest;
    },
  };
}

/** A release of a container, since that needs no compiled module. */
export function releaseOf(archive: { digest: string; sizeBytes: number }): object {
  return {
    app: 'thermostat',
    version: '1.0.0',
    releaseCounter: 1,
    variants: [{ kind: 'container', image: `sha256:${'a'.repeat(64)}`, archive, platforms: ['linux/arm64'] }],
    triggers: [{ on: 'start' }],
    capabilities: {},
    limits: { memoryBytes: 16 * 1024 * 1024, cpuShare: 0.2, wallMs: 2_000 },
    health: { afterMs: 0, everyMs: 1_000, failures: 3, soakMs: 1_000 },
    config: { ZONE: { type: 'string', default: 'hall' } },
    publishedAtMs: START_MS,
  };
}

export async function upload(
  context: AppContext,
  caller: Caller,
  content: string | Uint8Array,
): Promise<{ digest: string; sizeBytes: number }> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const sizeBytes = expectOk(await putBlob(context, caller, digest, piecesOf(bytes)));
  return { digest, sizeBytes };
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 5) yield bytes.subarray(at, at + 5);
}

function seal(payload: unknown, payloadType: PayloadType, key: KeyObject, keyid: KeyId): Envelope {
  const bytes = payload instanceof Uint8Array ? payload : canonicalBytes(payload);
  const sig = sign(null, preAuthenticationEncoding(payloadType, bytes), key).toString('base64');
  return { payloadType, payload: toBase64(bytes), signatures: [{ keyid, sig }] };
}

async function claim(
  context: AppContext,
  broker: RecordingBroker,
  admin: Caller,
  device: string,
  labels: Record<string, string>,
): Promise<TestDevice> {
  const body = { device, labels };
  const { token } = expectOk(await useCases.createClaimToken(context, admin, { body: body as never }));
  const keys = generateKeyPairSync('ed25519');
  const reportKey = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const boot = randomBytes(16).toString('hex') as BootId;
  const request = { token, device: device as DeviceId, target: 'rpi4' as never, arch: 'arm64', reportKey, boot };
  const identity = expectOk(await claimDevice(context, request));
  return new TestDevice(context, broker, identity, keys.privateKey, keyIdOf(reportKey), boot);
}

/** A device as the control plane sees it: it reads its desired state and says what it is told to say. */
export class TestDevice {
  readonly context: AppContext;
  readonly broker: RecordingBroker;
  readonly identity: { readonly tenant: string; readonly device: string; readonly secret: string };
  readonly boot: BootId;
  readonly #key: KeyObject;
  readonly #keyId: KeyId;
  #seq = 0;

  constructor(
    context: AppContext,
    broker: RecordingBroker,
    identity: { tenant: string; device: string; secret: string },
    key: KeyObject,
    keyId: KeyId,
    boot: BootId,
  ) {
    this.context = context;
    this.broker = broker;
    this.identity = identity;
    this.#key = key;
    this.#keyId = keyId;
    this.boot = boot;
  }

  get name(): string {
    return this.identity.device;
  }

  async connect(): Promise<void> {
    this.broker.connected.add(`${this.identity.tenant}/${this.name}`);
    await deviceConnected(this.context, this.identity.tenant, this.name);
    await noteStarts(this.context, this.identity.tenant, [{ device: this.name, boot: this.boot }]);
  }

  async disconnect(): Promise<void> {
    this.broker.connected.delete(`${this.identity.tenant}/${this.name}`);
    await deviceDisconnected(this.context, this.identity.tenant, this.name);
  }

  async desired(): Promise<DesiredState> {
    const { envelope } = expectOk(await desiredFor(this.context, this.identity.tenant, this.name));
    return readDesired(Buffer.from(JSON.stringify(envelope)), this.context.director.publicKey);
  }

  /** Numbers the bodies and signs them. */
  compose(...bodies: readonly ReportBody[]): Envelope {
    const items = bodies.map((body) => ({ seq: ++this.#seq, atMs: this.context.clock.nowMs(), body }));
    return this.seal({ device: this.name, boot: this.boot, items });
  }

  seal(payload: unknown): Envelope {
    return seal(payload, PAYLOAD_TYPES.report, this.#key, this.#keyId);
  }

  async send(...envelopes: readonly Envelope[]) {
    const { tenant } = this.identity;
    return await applyReports(
      this.context,
      envelopes.map((envelope) => ({ tenant, device: this.name, kind: 'report', envelope })),
    );
  }

  /** Numbered samples, signed as its agent does. */
  measured(...samples: readonly object[]) {
    const { tenant, device } = this.identity;
    const batch = { boot: this.boot, samples: [...samples] };
    const sig = sign(null, detachedBytes('usage', { tenant, device }, batch), this.#key).toString('base64');
    return { tenant, device, kind: 'usage', batch: { ...batch, sig } } as const;
  }

  /** Says of its first desired workload (or the app named) that it is in this state. */
  async say(state: DeploymentState, extra: Partial<WorkloadStatus> = {}): Promise<void> {
    const envelope = await this.status(state, extra);
    const { results } = await this.send(envelope);
    for (const result of results) expectOk(result);
  }

  async status(state: DeploymentState, extra: Partial<WorkloadStatus> = {}): Promise<Envelope> {
    const desired = await this.desired();
    const [workload] = desired.workloads;
    if (!workload) throw new Error(`${this.name} is to run nothing`);
    const { app, version, release, attempt } = workload;
    const status: WorkloadStatus = { app, version, release, attempt, state, restarts: 0, sinceMs: 0, ...extra };
    return this.compose({ type: 'state', generation: desired.generation, workloads: { [app]: status } });
  }
}

export function expectOk<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return outcome.value;
}

export function codesOf(outcome: Outcome<unknown>): string[] {
  return outcome.ok ? [] : outcome.problems.map(({ code }) => code);
}
