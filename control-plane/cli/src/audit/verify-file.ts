import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import {
  AuditChain,
  type AuditEntry,
  type AuditPoint,
  type AuditVerification,
  auditPoint,
  type Envelope,
  type KeyId,
  openEnvelope,
  PAYLOAD_TYPES,
  type PayloadType,
} from '@wherry/protocol';
import { refused } from '../failure.ts';
import { type ExportBegin, type ExportEnd, readBegin, readEnd, readEntry } from './export-file.ts';

export interface FileRules {
  /** Key id that must have signed it; else whoever the file itself names. */
  readonly key?: string | undefined;
  /** An export of before: what it ends with must be in this one. */
  readonly earlier?: { readonly path: string; readonly point: AuditPoint } | undefined;
  readonly nowMs: number;
}

/** Follows an exported log without a control plane. Codes: not_found, invalid_body (no export, or cut off), key_unknown. */
export async function verifyFile(path: string, rules: FileRules): Promise<AuditVerification> {
  const startedAtMs = performance.now();
  let log: OpenLog | null = null;
  let end: ExportEnd | null = null;
  let firstId: number | null = null;
  let number = 0;
  await checkReadable(path);
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (log === null) {
      log = openLog(path, readBegin(line), rules);
      continue;
    }
    if (end !== null) throw refused('invalid_body', `${path}:${number}: nothing may follow the signed end of a log`);
    const entry = readEntry(line);
    end = entry === null ? readEnd(line) : null;
    if (entry === null && end === null)
      throw refused('invalid_body', `${path}:${number}: this is no entry of an audit log`);
    if (entry !== null) {
      firstId ??= entry.id;
      log.chain.follow(entry);
      compare(log, entry, rules);
    }
  }
  if (log === null || end === null)
    throw refused('invalid_body', `${path} is cut off: the line with its signed end is missing; export it again`);
  const head = end.head && log.open(PAYLOAD_TYPES.auditHead, end.head);
  log.chain.end(head);
  if (rules.earlier && !log.isEarlierMet)
    log.chain.distrust(`entry ${rules.earlier.point.id}, with which ${rules.earlier.path} ends, is not in this log`);
  const { isIntact, entryCount, findings, findingCount } = log.chain;
  return {
    ...{ tenant: log.begin.tenant, isIntact, entries: entryCount, firstId, findings, findingCount },
    head: head && { id: head.id, hash: head.hash, atMs: head.atMs },
    signer: log.begin.signer,
    atMs: rules.nowMs,
    tookMs: performance.now() - startedAtMs,
  };
}

interface OpenLog {
  readonly begin: ExportBegin;
  readonly chain: AuditChain;
  readonly open: (type: PayloadType, sealed: Envelope) => AuditPoint | null;
  isEarlierMet: boolean;
}

function openLog(path: string, begin: ExportBegin | null, rules: FileRules): OpenLog {
  if (!begin) throw refused('invalid_body', `${path} does not begin like an export of "wherry audit export"`);
  const { tenant, signer } = begin;
  if (rules.key !== undefined && rules.key !== signer.keyId)
    throw refused('key_unknown', `${path} is signed by the key ${signer.keyId}, not by ${rules.key}`);
  const key = readKey(signer.publicKey, signer.keyId);
  if (!key) throw refused('key_unknown', `${path} names the key ${signer.keyId}, and holds another one`);
  const keyId = signer.keyId as KeyId;
  const open = (type: PayloadType, sealed: Envelope) => {
    const opened = openEnvelope(sealed, type, new Set([keyId]), (_, message, sig) => verify(null, message, key, sig));
    const point = opened.ok ? auditPoint.safeParse(JSON.parse(new TextDecoder().decode(opened.value.payload))) : null;
    return point?.data?.tenant === tenant ? point.data : null;
  };
  const checkpoint = begin.checkpoint && open(PAYLOAD_TYPES.auditCheckpoint, begin.checkpoint);
  const chain = new AuditChain(tenant, checkpoint, (bytes) => createHash('sha256').update(bytes).digest('hex'));
  if (begin.checkpoint && !checkpoint) chain.distrust('the signature over the beginning of the log does not hold');
  // An entry that was given up since is vouched for by the checkpoint alone.
  const isGivenUp = checkpoint !== null && rules.earlier !== undefined && rules.earlier.point.id < checkpoint.id;
  const isAtCheckpoint = checkpoint !== null && rules.earlier?.point.hash === checkpoint.hash;
  return { begin, chain, open, isEarlierMet: isGivenUp || isAtCheckpoint };
}

function compare(log: OpenLog, { id, hash }: AuditEntry, { earlier }: FileRules): void {
  if (earlier && earlier.point.id === id && earlier.point.hash === hash) log.isEarlierMet = true;
}

/** Null when the key is not the one that the id is of. */
function readKey(publicKey: string, keyId: string): KeyObject | null {
  const der = Buffer.from(publicKey, 'base64');
  if (createHash('sha256').update(der).digest('hex').slice(0, 32) !== keyId) return null;
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

async function checkReadable(path: string): Promise<void> {
  await access(path, constants.R_OK).catch((error: NodeJS.ErrnoException) => {
    throw refused('not_found', `read ${path}: ${error.message}`);
  });
  if ((await stat(path)).isDirectory()) throw refused('not_found', `${path} is a folder: name the file of an export`);
}
