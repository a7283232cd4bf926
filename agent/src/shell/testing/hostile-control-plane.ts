import { customOfRelease, type Envelope, publisherRole, releaseTargetPath } from '@wherry/protocol';
import { makeSigner } from '../../../test/signing.ts';
import { TENANT } from '../../../test/world-owner.ts';
import { digestOf } from '../../trust/payload.ts';
import { Attacker, MOVES, type Move } from '../../trust/tuf/testing/attacker.ts';
import { makeTestKey, seal, sha256 } from '../../trust/tuf/testing/signing.ts';
import { APP, changed, makeNamed, type Named, type OwnedWorld } from './owned-world.ts';

/**
 * Somebody who has the whole control plane and the network: what a device reads is theirs to choose. They hold releases of their own, keys
 * of their own, those of replaced directors, and, if so told, the director's and the online ones. Never the owner's, nor a publisher's of the app.
 */
export interface Stolen {
  readonly director: boolean;
  readonly online: boolean;
}

const METADATA_MOVES: readonly Move['do'][] = MOVES.filter((kind) => kind !== 'publish' && kind !== 'forge');
const FAR_AHEAD = 60;

export class HostileControlPlane {
  readonly #world: OwnedWorld;
  readonly #stolen: Stolen;
  readonly #metadata: Attacker;
  readonly #keys = [makeTestKey(), makeTestKey(), makeTestKey()];
  readonly #signer = makeSigner();
  readonly #forged = new Map<string, Uint8Array>();
  /** Digest to whatever is answered in its place. */
  readonly #swapped = new Map<string, Uint8Array>();
  readonly #timestamps: Uint8Array[] = [];
  readonly #own: Named[] = [];

  constructor(world: OwnedWorld, stolen: Stolen) {
    this.#world = world;
    this.#stolen = stolen;
    this.#metadata = new Attacker({ repository: world.repository });
  }

  readonly answer = (path: string): Uint8Array | null => {
    const name = decodeURIComponent(path.split('/').at(-1) ?? '');
    if (path.startsWith('/device/v1/tuf/')) return this.#forged.get(name) ?? this.#metadata.serve(name) ?? null;
    const known = [...this.#world.releases, ...this.#own];
    const payload = known.find(({ digest }) => digest === name)?.payload;
    const module = known.find(({ module }) => digestOf(module) === name)?.module;
    return this.#swapped.get(name) ?? payload ?? module ?? null;
  };

  /** The owner has published. */
  watch(): void {
    this.#metadata.watch();
    this.#timestamps.push(this.#world.repository.file('timestamp.json'));
  }

  /** The repository as it was once, whole and well signed. */
  rewind(at: number): void {
    const timestamp = this.#timestamps[at % this.#timestamps.length];
    if (timestamp !== undefined) this.#forged.set('timestamp.json', timestamp);
  }

  heal(): void {
    this.#metadata.move({ do: 'heal', at: 0, from: 0 });
    this.#forged.clear();
    this.#swapped.clear();
  }

  /** One file, or with the online keys all of them. */
  tamper(at: number, from: number): void {
    const kind = METADATA_MOVES[at % METADATA_MOVES.length] ?? 'replay';
    if (kind !== 'sign-online' || this.#stolen.online) this.#metadata.move({ do: kind, at: from, from: at });
  }

  /** Metadata that names a release of their own, as high as they can get it: signed by the wrong keys, named by what they can sign. */
  forge(at: number, from: number): Named {
    const { repository } = this.#world;
    const evil = this.#evil(at);
    const role = at % 2 === 0 ? publisherRole(TENANT, APP) : 'targets';
    const document = structuredClone(repository.document(role));
    document.version += from % 3;
    document.targets[releaseTargetPath(TENANT, APP, evil.release.version)] = {
      length: evil.payload.length,
      hashes: { sha256: sha256(evil.payload) },
      custom: customOfRelease(evil.release),
    };
    const camera = repository.signers.get(publisherRole(TENANT, 'camera')) ?? [];
    const online = this.#stolen.online ? (repository.signers.get('timestamp') ?? []) : [];
    const bytes = seal(document, [...this.#keys, ...camera, ...online]);
    this.#forged.set(`${document.version}.${role}.json`, bytes);
    this.#name(`${role}.json`, document.version, bytes);
    return evil;
  }

  /** A snapshot and a timestamp that name the file, signed by the online keys if they have them. */
  #name(file: string, version: number, bytes: Uint8Array): void {
    const { repository } = this.#world;
    const signers = (role: string) => (this.#stolen.online ? (repository.signers.get(role) ?? []) : this.#keys);
    const snapshot = structuredClone(repository.snapshot);
    snapshot.version += 1;
    snapshot.meta[file] = { version, length: bytes.length, hashes: { sha256: sha256(bytes) } };
    const timestamp = structuredClone(repository.timestamp);
    timestamp.version += 1;
    timestamp.meta['snapshot.json'] = { version: snapshot.version };
    this.#forged.set(`${snapshot.version}.snapshot.json`, seal(snapshot, signers('snapshot')));
    this.#forged.set('timestamp.json', seal(timestamp, signers('timestamp')));
  }

  /** Other bytes under the digest of the release, or of its module: changed, cut, or of another release. */
  swap(truth: Named, at: number, from: number): void {
    const isModule = at % 2 === 0;
    const other = this.#world.newest();
    const bytes = isModule ? truth.module : truth.payload;
    const choices = [changed(bytes), bytes.subarray(0, at % bytes.length), isModule ? other.module : other.payload];
    this.#swapped.set(isModule ? digestOf(truth.module) : truth.digest, choices[from % choices.length] ?? bytes);
  }

  /** A desired state that the director never signed. */
  desired(at: number, from: number, nowMs: number): Envelope {
    const { signed } = this.#world;
    const genuine = signed[from % signed.length] as Envelope;
    const own = this.#world.seal(this.#signer, this.#wish(at), nowMs);
    const { payload } = genuine;
    const choices: readonly Envelope[] = [
      genuine,
      own,
      { ...own, signatures: genuine.signatures },
      { ...genuine, payload: own.payload },
      { ...genuine, payload: payload.slice(0, (from % Math.floor(payload.length / 4)) * 4) },
      { ...genuine, payloadType: 'application/vnd.wherry.release.v1+json' as Envelope['payloadType'] },
    ];
    return choices[from % choices.length] ?? genuine;
  }

  /** With the director's key, now or replaced: anything that a document can say. */
  order(at: number, nowMs: number, rootVersion: number): Envelope | null {
    const { director, retired } = this.#world;
    const replaced = retired.filter((one) => one.rootVersion <= rootVersion);
    const signer = this.#stolen.director ? director : replaced[at % replaced.length]?.signer;
    return signer === undefined ? null : this.#world.seal(signer, this.#wish(at), nowMs);
  }

  /** What they would have run: their own under a name of their own or a known one, a known one under another's name, an old one. */
  #wish(at: number): object {
    const { releases } = this.#world;
    const one = releases[at % releases.length] ?? this.#world.newest();
    const other = releases[(at >> 3) % releases.length] ?? one;
    const evil = this.#own.at(-1) ?? this.#evil(at);
    const { version } = one.release;
    switch ((at >> 1) % 6) {
      case 0:
        return { app: APP, version: evil.release.version, release: evil.digest };
      case 1:
      case 2:
        return this.#disguise(evil);
      case 3:
        return { app: APP, version: other.release.version, release: one.digest };
      case 4:
        return { app: 'camera', version, release: one.digest };
      default:
        return { app: APP, version, release: one.digest };
    }
  }

  /** Under the name of the newest release, and with its bytes for whoever looks at nothing else. */
  #disguise({ digest }: Named): object {
    const { release, payload } = this.#world.newest();
    this.#swapped.set(digest, payload);
    return { app: APP, version: release.version, release: digest };
  }

  /** A release of theirs, under a version of their own or in the place of a known one. */
  #evil(at: number): Named {
    const counter = at % 2 === 0 ? FAR_AHEAD + this.#own.length : this.#world.releases.length;
    const evil = makeNamed(APP, counter, `evil ${this.#own.length}`);
    this.#own.push(evil);
    return evil;
  }
}
