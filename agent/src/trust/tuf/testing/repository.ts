import { makeTestKey, seal, sha256, type TestKey } from './signing.ts';

/**
 * A TUF repository in memory, made with keys of its own, that does what its owner, or somebody with stolen keys, would do. Its
 * documents are plain objects: a test writes into them what it likes, and publishes.
 */
export interface RoleEntry {
  keyids: string[];
  threshold: number;
}
export interface DelegationEntry extends RoleEntry {
  name: string;
  terminating: boolean;
  paths: string[];
}
export interface TargetsDocument {
  _type: 'targets';
  spec_version: string;
  version: number;
  expires: string;
  targets: Record<string, { length: number; hashes: Record<string, string>; custom?: object }>;
  delegations?: { keys: Record<string, TestKey['json']>; roles: DelegationEntry[] };
  [more: string]: unknown;
}
interface MetaEntry {
  version: number;
  length?: number;
  hashes?: Record<string, string>;
}

export const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
export const DAY_MS = 86_400_000;
export const LATER = '2026-09-01T00:00:00Z';
const SPEC = '1.0.31';
const TOP = ['root', 'targets', 'snapshot', 'timestamp'] as const;
type Top = (typeof TOP)[number];

export class TestRepository {
  /** What is served: file name to bytes. */
  readonly files = new Map<string, Uint8Array>();
  /** Who signs what. */
  readonly signers = new Map<string, TestKey[]>();
  readonly roles = new Map<string, TargetsDocument>();
  readonly root: {
    version: number;
    expires: string;
    keys: Record<string, TestKey['json']>;
    roles: Record<Top, RoleEntry>;
    [more: string]: unknown;
  };
  readonly snapshot = {
    _type: 'snapshot',
    spec_version: SPEC,
    version: 0,
    expires: LATER,
    meta: {} as Record<string, MetaEntry>,
  };
  readonly timestamp = {
    _type: 'timestamp',
    spec_version: SPEC,
    version: 0,
    expires: LATER,
    meta: { 'snapshot.json': { version: 1 } as MetaEntry },
  };
  withHashes = true;

  readonly expires: string;

  constructor(expires = LATER) {
    this.expires = expires;
    this.snapshot.expires = expires;
    this.timestamp.expires = expires;
    const empty = () => ({ keyids: [], threshold: 1 });
    const roles = { root: empty(), targets: empty(), snapshot: empty(), timestamp: empty() };
    const head = { _type: 'root', spec_version: SPEC, consistent_snapshot: true };
    this.root = { ...head, version: 0, expires, keys: {}, roles };
    for (const role of TOP) this.setKeys(role, role === 'root' ? 3 : 1, role === 'root' ? 2 : 1);
    this.roles.set('targets', emptyTargets(expires));
    this.publish('root', 'targets', 'snapshot', 'timestamp');
  }

  /** New keys in place of all that a top-level role has. */
  setKeys(role: Top, count: number, threshold: number): TestKey[] {
    const keys = Array.from({ length: count }, makeTestKey);
    this.root.roles[role] = { keyids: keys.map(({ id }) => id), threshold };
    for (const key of keys) this.root.keys[key.id] = key.json;
    this.signers.set(role, keys);
    return keys;
  }

  delegate(delegator: string, name: string, paths: string[], more: Partial<DelegationEntry> = {}): TestKey {
    const key = makeTestKey();
    const document = this.document(delegator);
    document.delegations ??= { keys: {}, roles: [] };
    document.delegations.keys[key.id] = key.json;
    document.delegations.roles.push({ name, keyids: [key.id], threshold: 1, terminating: true, paths, ...more });
    if (!this.roles.has(name)) this.roles.set(name, emptyTargets(this.expires));
    this.signers.set(name, [...(this.signers.get(name) ?? []), key]);
    return key;
  }

  addTarget(role: string, path: string, bytes: Uint8Array, custom?: object): void {
    const entry = { length: bytes.length, hashes: { sha256: sha256(bytes) } };
    this.document(role).targets[path] = custom === undefined ? entry : { ...entry, custom };
  }

  document(role: string): TargetsDocument {
    const document = this.roles.get(role);
    if (document === undefined) throw new Error(`no role ${role}`);
    return document;
  }

  /** Raises versions and signs, in the order given; whoever names a file learns of it. */
  publish(...roles: readonly string[]): void {
    for (const role of roles) {
      this.#signed(role).version += 1;
      this.write(role);
    }
  }

  /** Delegated roles and everything above them but root. */
  publishTargets(...roles: readonly string[]): void {
    this.publish(...roles, 'targets', 'snapshot', 'timestamp');
  }

  /** As it is, without a new version, by the usual or by other signers. */
  write(role: string, signers: readonly TestKey[] = this.signers.get(role) ?? []): Uint8Array {
    const signed = this.#signed(role);
    const bytes = seal(signed, signers);
    this.files.set(
      role === 'timestamp' ? 'timestamp.json' : `${signed.version}.${encodeURIComponent(role)}.json`,
      bytes,
    );
    const more = this.withHashes ? { length: bytes.length, hashes: { sha256: sha256(bytes) } } : {};
    const entry = { version: signed.version, ...more };
    if (role === 'snapshot') this.timestamp.meta['snapshot.json'] = entry;
    else if (role !== 'root' && role !== 'timestamp') this.snapshot.meta[`${role}.json`] = entry;
    return bytes;
  }

  file(name: string): Uint8Array {
    const bytes = this.files.get(name);
    if (bytes === undefined) throw new Error(`no file ${name}`);
    return bytes;
  }

  #signed(role: string): { version: number } {
    if (role === 'root') return this.root;
    if (role === 'snapshot') return this.snapshot;
    if (role === 'timestamp') return this.timestamp;
    return this.document(role);
  }
}

export function emptyTargets(expires = LATER): TargetsDocument {
  return { _type: 'targets', spec_version: SPEC, version: 0, expires, targets: {} };
}
