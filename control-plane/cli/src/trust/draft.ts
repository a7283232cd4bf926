import { readFile, writeFile } from 'node:fs/promises';
import {
  publisherRole,
  publisherSigners,
  rootSigners,
  signedBy,
  type TrustDocument,
  type TrustDraft,
  type TrustSigners,
  trustDraft,
  tufSignedBytes,
} from '@wherry/protocol';
import { refused } from '../failure.ts';
import { type Signer, verifyRaw } from './tuf-keys.ts';

/**
 * A change that waits for signatures: new versions of metadata, and those before them, which say who must sign. A file that people on
 * several machines hand to each other; it needs no secrecy, since nothing in it counts without their keys.
 */
const DRAFT_MAX_BYTES = 4 * 1024 * 1024;

/** Signatures that a document needs from one set of signers. */
export interface Requirement {
  /** `root 2`, `root 2 by the keys before`, `targets 5`, `pub.acme.camera 3`. */
  readonly what: string;
  readonly document: TrustDocument;
  readonly signers: TrustSigners;
}

export function requirementsOf({ tenant, base, documents }: TrustDraft): Requirement[] {
  const { root, targets, publishers = {} } = documents;
  const all: Requirement[] = [];
  const need = (what: string, document: TrustDocument, signers: TrustSigners | null) => {
    if (signers === null) throw refused('outside_delegation', `nobody is named to sign ${what}`);
    all.push({ what: `${what} ${document.signed.version}`, document, signers });
  };
  if (root && base.root) need('root, by the keys before,', root, rootSigners(base.root, 'root'));
  if (root) need('root', root, rootSigners(root, 'root'));
  const rootNow = root ?? base.root;
  const targetsNow = targets ?? base.targets;
  if (targets) need('targets', targets, rootNow && rootSigners(rootNow, 'targets'));
  for (const [app, document] of Object.entries(publishers)) {
    const role = publisherRole(tenant, app);
    need(role, document, targetsNow && publisherSigners(targetsNow, role));
  }
  return all;
}

export interface Missing {
  readonly what: string;
  /** How many more. */
  readonly count: number;
  /** Key ids of those who may. */
  readonly of: readonly string[];
}

export function missingSignatures(change: TrustDraft): Missing[] {
  return requirementsOf(change).flatMap(({ what, document, signers }) => {
    const signed = signedBy(document, signers, verifyRaw);
    const count = signers.threshold - signed.length;
    return count > 0 ? [{ what, count, of: signers.keyids.filter((id) => !signed.includes(id)) }] : [];
  });
}

/** Adds the signatures of all who may and can; answers their names. */
export async function signDraft(change: TrustDraft, available: readonly Signer[]): Promise<string[]> {
  const names = new Set<string>();
  for (const { document, signers } of requirementsOf(change))
    for (const id of signers.keyids) {
      const publicHex = signers.keys[id]?.keyval.public;
      const signer = available.find((one) => one.publicHex === publicHex);
      if (!signer || document.signatures.some(({ keyid }) => keyid === id)) continue;
      const sig = Buffer.from(await signer.sign(tufSignedBytes(document.signed))).toString('hex');
      document.signatures.push({ keyid: id, sig });
      names.add(signer.name);
    }
  return [...names];
}

/** Code: unavailable. */
export async function writeDraft(path: string, change: TrustDraft): Promise<void> {
  const text = `${JSON.stringify(change, null, 1)}\n`;
  await writeFile(path, text, { flush: true }).catch((error: NodeJS.ErrnoException) => {
    throw refused('unavailable', `write ${path}: ${error.message}`);
  });
}

export async function readDraft(path: string): Promise<TrustDraft> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw refused('not_found', `read ${path}: ${error.message}`);
  });
  if (bytes.length <= DRAFT_MAX_BYTES)
    try {
      return trustDraft.parse(JSON.parse(bytes.toString('utf8')));
    } catch {
      // Said below.
    }
  throw refused('metadata_malformed', `${path} is not a change of "wherry trust … --out FILE"`);
}
