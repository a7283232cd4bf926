import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { WherryError } from '@wherry/protocol';
import type { Effects } from '../shell/effects.ts';
import { expectOk } from '../shell/expect-ok.ts';
import { removePath } from '../store/files.ts';
import {
  pendingKeyPath,
  readIdentity,
  readPendingKey,
  type StoredIdentity,
  writeFactoryRoot,
  writeIdentity,
  writePendingKey,
} from '../store/provisioning.ts';
import { removeNextKey } from '../store/tls-files.ts';
import { claim } from './claim.ts';
import { prepareTls } from './prepare-tls.ts';
import { makeReportKey, type ReportKeyPair, reportKeyFromPrivate } from './report-key.ts';

/**
 * A claim into a folder. The identity is written last: a folder that holds one holds all that belongs to it. Cut off at any point, the
 * same claim again ends well: its keys are on the disk before it is sent, and the server answers it as it did the first time.
 */
export interface Taking {
  readonly serverUrl: string;
  readonly token: string;
  readonly folder: string;
  /** The factory root, as `wherry trust root` wrote it. */
  readonly root: Uint8Array;
  readonly target: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly device?: string;
}

/** Throws WherryError; code already_exists when the folder holds an identity. */
export async function takeIdentity(taking: Taking, effects: Effects): Promise<StoredIdentity> {
  const { serverUrl, token, folder, root, target, labels, device } = taking;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const known = readIdentity(folder);
  if (known.ok) {
    const name = `${known.value.tenant}/${known.value.device}`;
    throw new WherryError('already_exists', `${folder} holds the identity of ${name}: use another folder`);
  }
  const tls = await prepareTls(folder, serverUrl, token, effects);
  const { certificate, ...identity } = expectOk(
    await claim({
      serverUrl,
      token,
      target,
      keyPair: keyOf(folder, effects),
      boot: randomBytes(16).toString('hex'),
      labels,
      ...(device === undefined ? {} : { device }),
      ...(tls === null ? {} : { client: tls.client, csr: tls.csr }),
    }),
  );
  writeFactoryRoot(folder, root, effects);
  if (tls !== null) tls.keep(certificate ?? '');
  const stored = { ...identity, target };
  writeIdentity(folder, stored, effects);
  removePath(effects, pendingKeyPath(folder));
  if (tls !== null) removeNextKey(folder, effects);
  return stored;
}

/** The same key as in a claim that was begun before and got no answer. */
function keyOf(folder: string, effects: Effects): ReportKeyPair {
  const pending = readPendingKey(folder);
  if (pending !== null) return reportKeyFromPrivate(pending);
  const pair = makeReportKey();
  writePendingKey(folder, pair.privateKey, effects);
  return pair;
}
