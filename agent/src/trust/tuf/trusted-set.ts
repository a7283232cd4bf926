import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { fileNameOf } from './delegations.ts';
import { type RootFile, readSnapshot, readTimestamp, type SnapshotFile, type TimestampFile } from './metadata.ts';
import { hasRotatedOnlineKeys, openRoot } from './root-chain.ts';
import { checkSignatures, signersOf } from './signatures.ts';

/** What a device trusts of a repository: one value, replaced as a whole, written as a whole. */
export interface TrustedSet {
  readonly root: RootFile;
  readonly timestamp: TimestampFile | null;
  readonly snapshot: SnapshotFile | null;
  /** Bytes of `targets` and of delegated roles by name. Whoever uses them verifies them, against the delegator on its own way there. */
  readonly targets: ReadonlyMap<string, Uint8Array>;
}

/** File names to bytes, as they lie on a disk. */
export type MetadataFiles = ReadonlyMap<string, Uint8Array>;

const TOP = ['root', 'timestamp', 'snapshot'];

export function factoryTrust(root: RootFile): TrustedSet {
  return { root, timestamp: null, snapshot: null, targets: new Map() };
}

export function filesOf({ root, timestamp, snapshot, targets }: TrustedSet): MetadataFiles {
  const files = new Map([[fileNameOf('root'), root.bytes]]);
  if (timestamp !== null) files.set(fileNameOf('timestamp'), timestamp.bytes);
  if (snapshot !== null) files.set(fileNameOf('snapshot'), snapshot.bytes);
  for (const [role, bytes] of targets) files.set(fileNameOf(role), bytes);
  return files;
}

/**
 * What was written once is verified again, because a disk is an edge. Time has passed: expiry is not looked at. A root that the agent
 * brought with it wins over an older one. Codes: trust_lost, metadata_malformed, arbitrary_software.
 */
export function openTrusted(files: MetadataFiles, factory: RootFile): Outcome<TrustedSet> {
  const bytes = files.get(fileNameOf('root'));
  if (bytes === undefined) return refuse('trust_lost', 'there is no root on the disk');
  const stored = openRoot(bytes);
  if (!stored.ok) return stored;
  const targets = targetsOf(files);
  if (stored.value.version < factory.version && hasRotatedOnlineKeys(stored.value, factory))
    return succeed({ ...factoryTrust(factory), targets });
  const root = stored.value.version < factory.version ? factory : stored.value;
  const timestamp = open(files, 'timestamp', readTimestamp, root);
  if (!timestamp.ok) return timestamp;
  const snapshot = open(files, 'snapshot', readSnapshot, root);
  if (!snapshot.ok) return snapshot;
  return succeed({ root, timestamp: timestamp.value, snapshot: snapshot.value, targets });
}

function open<T extends TimestampFile | SnapshotFile>(
  files: MetadataFiles,
  role: string,
  read: (bytes: Uint8Array) => Outcome<T>,
  root: RootFile,
): Outcome<T | null> {
  const bytes = files.get(fileNameOf(role));
  if (bytes === undefined) return succeed(null);
  const file = read(bytes);
  if (!file.ok) return file;
  const signed = checkSignatures(file.value, signersOf(root.signed, role), role);
  return signed.ok ? file : signed;
}

function targetsOf(files: MetadataFiles): ReadonlyMap<string, Uint8Array> {
  const targets = new Map<string, Uint8Array>();
  for (const [name, bytes] of files) {
    const role = roleOf(name);
    if (role !== null && !TOP.includes(role)) targets.set(role, bytes);
  }
  return targets;
}

/** Null: no such file was written here. */
function roleOf(name: string): string | null {
  try {
    const role = decodeURIComponent(name.replace(/\.json$/, ''));
    return fileNameOf(role) === name ? role : null;
  } catch {
    return null;
  }
}
