import {
  customOfRelease,
  type DesiredState,
  type Envelope,
  FLOOR_FIELD,
  PAYLOAD_TYPES,
  publisherRole,
  type Release,
  release,
  releaseTargetPath,
} from '@wherry/protocol';
import { makeSigner, type Signer } from '../../../test/signing.ts';
import { makeOwner, TENANT, type WorldOwner } from '../../../test/world-owner.ts';
import { digestOf } from '../../trust/payload.ts';
import type { TestRepository } from '../../trust/tuf/testing/repository.ts';

/** The owner, the publishers and the director of one device, who do no wrong, and a book of all that they signed. */
export const APP = 'thermostat';
export const DEVICE = 'pi-1';

export interface Named {
  readonly release: Release;
  readonly digest: string;
  readonly payload: Buffer;
  readonly module: Buffer;
}

/** The second app is for its publisher, whose keys are good for nothing else. */
const OTHER_APP = 'camera';
const DAY_MS = 86_400_000;

export class OwnedWorld {
  director: Signer = makeSigner();
  readonly owner: WorldOwner = makeOwner(this.director);
  readonly releases: Named[] = [];
  /** Keys of directors that the owner has replaced, each with the root that did it. */
  readonly retired: { readonly signer: Signer; readonly rootVersion: number }[] = [];
  /** By version of `targets`: the lowest counter of the app. */
  readonly floors = new Map<number, number>();
  /** By version of the role of the app: digests that it names. */
  readonly named = new Map<number, ReadonlySet<string>>();
  /** All that the director signed, for this device and for others. */
  readonly signed: Envelope[] = [];
  /** Generations that this device may accept of it. */
  readonly orders = new Set<number>();
  generation = 0;

  constructor() {
    const camera = makeNamed(OTHER_APP, 1);
    this.owner.name(camera.release, camera.payload);
    this.publish();
  }

  get repository(): TestRepository {
    return this.owner.repository;
  }

  newest(): Named {
    const newest = this.releases.at(-1);
    if (newest === undefined) throw new Error('the first release is published at once');
    return newest;
  }

  find(digest: string): Named | undefined {
    return this.releases.find((named) => named.digest === digest);
  }

  publish(): void {
    const named = makeNamed(APP, this.releases.length + 1);
    this.releases.push(named);
    this.owner.name(named.release, named.payload);
    this.#note();
  }

  revoke({ release: { version } }: Named): void {
    this.owner.revoke(APP, version);
    this.#note();
  }

  raiseFloor(counter: number): void {
    this.owner.raiseFloor(APP, Math.max(counter, ...this.floors.values()));
    this.#note();
  }

  changeDirector(): void {
    const before = this.director;
    this.director = makeSigner();
    this.owner.changeDirector(this.director);
    this.retired.push({ signer: before, rootVersion: this.repository.root.version });
  }

  replaceOnlineKeys(): void {
    for (const role of ['snapshot', 'timestamp'] as const) this.repository.setKeys(role, 1, 1);
    this.repository.publish('root', 'snapshot', 'timestamp');
  }

  /** Somebody whose keys are good for another app names this one's releases. */
  overreach(named: Named): void {
    const role = publisherRole(TENANT, OTHER_APP);
    const path = releaseTargetPath(TENANT, APP, named.release.version);
    this.repository.addTarget(role, path, named.payload, customOfRelease(named.release));
    this.repository.publishTargets(role);
    this.#note();
  }

  /** The director's word, for this device unless told. */
  want({ release: { app, version }, digest }: Named, nowMs: number, patch: Partial<DesiredState> = {}): Envelope {
    const sealed = this.seal(this.director, { app, version, release: digest }, nowMs, patch);
    const isForHere = (patch.device ?? DEVICE) === DEVICE && (patch.expiresAtMs ?? nowMs + 1) > nowMs;
    if (isForHere) this.orders.add(this.generation);
    this.signed.push(sealed);
    return sealed;
  }

  /** By whoever holds a key. */
  seal(by: Signer, workload: object, nowMs: number, patch: object = {}): Envelope {
    this.generation += 1;
    const state = {
      tenant: TENANT,
      device: DEVICE,
      generation: this.generation,
      issuedAtMs: nowMs,
      expiresAtMs: nowMs + DAY_MS,
      workloads: [{ attempt: this.generation, config: {}, rollback: true, ...workload }],
      usageEveryMs: 300_000,
      trust: this.repository.snapshot.version,
      ...patch,
    };
    return by.seal(PAYLOAD_TYPES.desired, Buffer.from(JSON.stringify(state)));
  }

  #note(): void {
    const { repository } = this;
    const top = repository.document('targets');
    const floors = (top[FLOOR_FIELD] ?? {}) as Record<string, number>;
    this.floors.set(top.version, floors[`${TENANT}/${APP}`] ?? 0);
    const role = repository.document(publisherRole(TENANT, APP));
    this.named.set(role.version, new Set(Object.values(role.targets).map(({ hashes }) => `sha256:${hashes.sha256}`)));
  }
}

export function makeNamed(app: string, counter: number, label = 'good'): Named {
  const module = Buffer.from(`${label} ${app} ${counter}`);
  const made = release.parse({
    app,
    version: `${counter}.0.0`,
    releaseCounter: counter,
    variants: [{ kind: 'wasm', abi: 'wasi-p1', module: { digest: digestOf(module), sizeBytes: module.length } }],
    // One with a start takes the other's place, one without starts beside it.
    triggers: [counter % 2 === 0 ? { on: 'start' } : { on: 'mqtt', filter: 'sensors/#' }],
    capabilities: { kv: true },
    limits: { memoryBytes: 65_536, cpuShare: 1, wallMs: 1_000 },
    health: { afterMs: 0, everyMs: 1_000, failures: 1, soakMs: 0 },
    config: {},
    publishedAtMs: 0,
  });
  const payload = Buffer.from(JSON.stringify(made));
  return { release: made, digest: digestOf(payload), payload, module };
}

/** A payload or a module of the same length that says something else, and is as well formed. */
export function changed(bytes: Uint8Array): Buffer {
  return Buffer.from(String(bytes).replace('"publishedAtMs":0', '"publishedAtMs":6').replace('good', 'evil'));
}
