import { LATER, type TargetsDocument } from './repository.ts';
import { CONTENT, PATH, ROLE, type Scene } from './scene.ts';
import { makeTestKey, seal, sha256 } from './signing.ts';

/**
 * Sits between a device and its repository, serves what it likes, and has made its own keys. In `stolen` mode it also holds the online
 * keys: it signs timestamps and snapshots as the owner would.
 */
export type Move =
  | { readonly do: 'replay' | 'truncate' | 'flip' | 'forge'; readonly at: number; readonly from: number }
  | { readonly do: 'drop' | 'sign-online'; readonly at: number; readonly from: number }
  | { readonly do: 'heal' | 'publish'; readonly at: number; readonly from: number };

export const MOVES = ['replay', 'truncate', 'flip', 'forge', 'drop', 'sign-online', 'heal', 'publish'] as const;
/** What it wants a device to believe. */
export const EVIL = Buffer.from('evil');
const FORGED_ROLES = ['targets', ROLE];

export class Attacker {
  readonly #scene: Pick<Scene, 'repository'>;
  readonly #served = new Map<string, Uint8Array | null>();
  /** Every file that the owner ever published, by name. */
  readonly #seen: (readonly [name: string, bytes: Uint8Array])[] = [];
  readonly #keys = [makeTestKey(), makeTestKey(), makeTestKey()];

  constructor(scene: Pick<Scene, 'repository'>) {
    this.#scene = scene;
    this.watch();
  }

  readonly serve = (name: string): Uint8Array | undefined => {
    const own = this.#served.get(name);
    return own === undefined ? this.#scene.repository.files.get(name) : (own ?? undefined);
  };

  watch(): void {
    for (const file of this.#scene.repository.files) this.#seen.push(file);
  }

  move({ do: kind, at, from }: Move): void {
    const name = this.#nameOf(at);
    const [, bytes] = this.#seen[from % this.#seen.length] ?? ['', CONTENT];
    if (kind === 'replay') this.#served.set(name, bytes);
    if (kind === 'truncate') this.#served.set(name, bytes.subarray(0, from % bytes.length));
    if (kind === 'flip') this.#served.set(name, flipped(bytes, at));
    if (kind === 'forge') this.#forge(at, from);
    if (kind === 'drop') this.#served.set(name, null);
    if (kind === 'sign-online') this.#signOnline(from);
    if (kind === 'heal') this.#served.clear();
  }

  /** The files that a device is about to ask for, and some that it is not. */
  #nameOf(at: number): string {
    const { root, snapshot, roles } = this.#scene.repository;
    const next = [`${root.version + 1}.root.json`, 'timestamp.json'];
    const versioned = [...roles].map(([role, { version }]) => `${version + (at % 2)}.${role}.json`);
    const names = [...next, `${snapshot.version + (at % 2)}.snapshot.json`, ...versioned];
    return names[at % names.length] ?? 'timestamp.json';
  }

  /** A targets role that names what it should not, or a root that hands everything over, signed by the attacker. */
  #forge(at: number, from: number): void {
    const { repository } = this.#scene;
    if (from % 3 === 0) {
      const keys = Object.fromEntries(this.#keys.map((key) => [key.id, key.json]));
      const entry = { keyids: this.#keys.map(({ id }) => id), threshold: 1 };
      const roles = { root: entry, targets: entry, snapshot: entry, timestamp: entry };
      const root = {
        ...repository.root,
        version: repository.root.version + 1,
        keys: { ...repository.root.keys, ...keys },
        roles,
      };
      this.#served.set(`${root.version}.root.json`, seal(root, this.#keys));
      return;
    }
    const role = FORGED_ROLES[from % FORGED_ROLES.length] ?? ROLE;
    const document = evilOf(repository.document(role), at % 3);
    const signers = from % 2 === 0 ? this.#keys : (repository.signers.get('timestamp') ?? []);
    this.#served.set(`${document.version}.${role}.json`, seal(document, signers));
  }

  /** A snapshot and a timestamp of its own choice, with the owner's online keys. */
  #signOnline(from: number): void {
    const { repository } = this.#scene;
    const meta = Object.fromEntries(
      [...repository.roles].map(([role, { version }]) => [`${role}.json`, { version: version + (from % 3) }]),
    );
    const version = repository.snapshot.version + (from % 4);
    const snapshot = { ...repository.snapshot, version, expires: LATER, meta };
    const timestamp = {
      ...repository.timestamp,
      version: repository.timestamp.version + (from % 4),
      meta: { 'snapshot.json': { version } },
    };
    this.#served.set(`${version}.snapshot.json`, seal(snapshot, repository.signers.get('snapshot') ?? []));
    this.#served.set('timestamp.json', seal(timestamp, repository.signers.get('timestamp') ?? []));
  }
}

function evilOf(document: TargetsDocument, ahead: number): TargetsDocument {
  const target = { length: EVIL.length, hashes: { sha256: sha256(EVIL) } };
  return { ...document, version: document.version + ahead, targets: { ...document.targets, [PATH]: target } };
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const place = (at * 7919) % copy.length;
  copy[place] = (copy[place] ?? 0) ^ (1 << (at % 8));
  return copy;
}
