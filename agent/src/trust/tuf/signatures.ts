import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import type { Key, Root, Targets } from '@tufjs/models';
import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { TUF_BOUNDS } from './bounds.ts';
import type { MetadataFile } from './metadata.ts';

/** Whose signatures count for a role: what one delegator says of it. */
export interface Signers {
  readonly keys: Readonly<Record<string, Key>>;
  readonly keyIds: readonly string[];
  readonly threshold: number;
}

/** Null: the delegator does not name the role. */
export function signersOf(delegator: Root | Targets, role: string): Signers | null {
  const source = delegator.type === 'root' ? delegator : delegator.delegations;
  const roles = source?.roles;
  if (source === undefined || roles === undefined || !Object.hasOwn(roles, role)) return null;
  const found = roles[role];
  return found === undefined ? null : { keys: source.keys, keyIds: found.keyIDs, threshold: found.threshold };
}

/**
 * TUF 1.0 §5.3.4, 5.4.2, 5.5.3, 5.6.3: enough different keys signed. A key counts once under however many ids it stands, because
 * the threshold is about people, and a signature that does not hold is as good as none. Code: arbitrary_software.
 */
export function checkSignatures(file: MetadataFile, signers: Signers | null, what: string): Outcome<void> {
  if (signers === null) return refuse('arbitrary_software', `nobody is named to sign ${what}`);
  const signed = new Set<string>();
  for (const id of signers.keyIds.slice(0, TUF_BOUNDS.keysPerRole)) {
    const key = Object.hasOwn(signers.keys, id) ? signers.keys[id] : undefined;
    const material = key === undefined ? null : materialOf(key);
    if (key !== undefined && material !== null && holds(key, file)) signed.add(material);
  }
  if (signed.size >= signers.threshold) return succeed(undefined);
  return refuse('arbitrary_software', `${what} is signed by ${signed.size} of ${signers.threshold} needed keys`);
}

/** Of a document that is in memory, by key: making its canonical form is what a signature costs. */
const held = new WeakMap<object, Map<string, boolean>>();

function holds(key: Key, { document }: MetadataFile): boolean {
  if (!Object.hasOwn(document.signatures, key.keyID)) return false;
  const known = held.get(document) ?? new Map<string, boolean>();
  held.set(document, known);
  const name = JSON.stringify([key.keyID, key.keyType, key.scheme, key.keyVal.public]);
  const before = known.get(name);
  if (before !== undefined) return before;
  const does = verifies(key, document);
  known.set(name, does);
  return does;
}

function verifies(key: Key, document: MetadataFile['document']): boolean {
  try {
    key.verifySignature(document);
    return true;
  } catch {
    return false;
  }
}

/** The keys of a role, as digests of what they are. */
export function materialsOf(signers: Signers | null): ReadonlySet<string> {
  const all = signers?.keyIds.flatMap((id) => {
    const key = Object.hasOwn(signers.keys, id) ? signers.keys[id] : undefined;
    const material = key === undefined ? null : materialOf(key);
    return material === null ? [] : [material];
  });
  return new Set(all);
}

/** SPKI headers of keys that stand as hexadecimal points. */
const SPKI_OF_SCHEME: Readonly<Record<string, string>> = {
  ed25519: '302a300506032b6570032100',
  'ecdsa-sha2-nistp256': '3059301306072a8648ce3d020106082a8648ce3d030107034200',
  'ecdsa-sha2-nistp384': '3076301006072a8648ce3d020106052b81040022036200',
};

/** The same for every form in which one key can be written; null where it is no key. */
function materialOf(key: Key): string | null {
  const object = publicKeyOf(key);
  return object === null
    ? null
    : createHash('sha256')
        .update(object.export({ format: 'der', type: 'spki' }))
        .digest('hex');
}

/** Null where it cannot be read. */
export function publicKeyOf({ keyVal, scheme }: Key): KeyObject | null {
  const text = keyVal.public ?? '';
  try {
    if (text.startsWith('-----BEGIN PUBLIC KEY-----')) return createPublicKey(text);
    const head = Object.hasOwn(SPKI_OF_SCHEME, scheme) ? SPKI_OF_SCHEME[scheme] : undefined;
    if (head === undefined || !/^([0-9a-fA-F]{2})+$/.test(text)) return null;
    return createPublicKey({ key: Buffer.from(head + text, 'hex'), format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}
