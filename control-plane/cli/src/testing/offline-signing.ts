import { sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type RootDocument,
  rootDocument,
  type TargetsDocument,
  type TrustDraft,
  targetsDocument,
  tenantId,
} from '@wherry/protocol';
import { signDraft, writeDraft } from '../trust/draft.ts';
import { changePublisher, firstRoot, firstTargets } from '../trust/edits.ts';
import { type KeyFile, makeKeyFile } from '../trust/key-folder.ts';
import type { RecordedShell } from './recorded-shell.ts';

/** Repositories of one tenant's name, and a machine that signs changes of them without a network. */
export const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
export const TENANT = tenantId.parse('acme');

export interface Begun {
  readonly root: RootDocument;
  readonly targets: TargetsDocument;
  readonly key: KeyFile;
}

interface Beginning {
  /** Signs it all; else a new one, in the folder of that name. */
  readonly key?: KeyFile;
  /** A digit that its control plane's keys are made of. */
  readonly server?: string;
  /** Versions begin here. */
  readonly nowMs?: number;
}

/** Its root, targets and app are signed by one key; its first root lies in `{name}.json`. */
export async function beginRepository(
  shell: RecordedShell,
  name: string,
  app: string,
  { key: given, server = '1', nowMs = NOW_MS }: Beginning = {},
): Promise<Begun> {
  const key = given ?? (await makeKeyFile(join(shell.folder, name), 'all', ''));
  const owners = { root: [key.publicHex], rootThreshold: 1, targets: [key.publicHex], targetsThreshold: 1 };
  const online = (first: string) => first + server.repeat(63);
  const servers = { snapshot: online('a'), timestamp: online('b'), director: online('c') };
  const signed = changePublisher(firstTargets(nowMs), TENANT, app, { add: [key.publicHex] }, nowMs);
  const documents = {
    root: rootDocument.parse({ signatures: [], signed: firstRoot(owners, servers, NOW_MS) }),
    targets: targetsDocument.parse({ signatures: [], signed }),
  };
  await signDraft(draftOf({ root: null, targets: null }, documents), [signerOf(key)]);
  writeFileSync(join(shell.folder, `${name}.json`), JSON.stringify(documents.root));
  return { ...documents, key };
}

export function draftOf(base: TrustDraft['base'], documents: TrustDraft['documents']): TrustDraft {
  return { kind: 'wherry-trust-draft', tenant: TENANT, base, documents };
}

export function signerOf(key: KeyFile) {
  const privateKey = key.open('');
  if (!privateKey) throw new Error('the key is sealed');
  return { name: key.name, publicHex: key.publicHex, sign: async (bytes: Uint8Array) => sign(null, bytes, privateKey) };
}

/** The codes of signing a change on the machine, which is left in `change.json`: `ok` when it was signed. */
export async function signing(
  shell: RecordedShell,
  change: TrustDraft,
  { path }: KeyFile,
  ...more: string[]
): Promise<string> {
  const file = join(shell.folder, 'change.json');
  await writeDraft(file, change);
  const argv = ['--json', 'trust', 'sign', file, '--keys', 'keys', '--key', path, ...more];
  const { exitCode, err } = await shell.run(...argv);
  if (exitCode === 0) return 'ok';
  return JSON.parse(err)
    .problems.map(({ code }: { code: string }) => code)
    .join(' ');
}
