import { sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  publisherDocument,
  type RootDocument,
  rootDocument,
  type TrustDraft,
  targetsDocument,
  tenantId,
} from '@wherry/protocol';
import { expect, it } from 'vitest';
import { type RecordedShell, recordedShell } from '../testing/recorded-shell.ts';
import { signDraft, writeDraft } from './draft.ts';
import { changePublisher, firstRoot, firstTargets, nextPublisher, nextRoot } from './edits.ts';
import { type KeyFile, makeKeyFile } from './key-folder.ts';
import { knownPlace, writeKnown } from './known-repository.ts';
import type { KnownRepository } from './verify-served.ts';

/** Changes that people hand to a machine without a network. */
const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const TENANT = tenantId.parse('acme');
const server = { snapshot: '1'.repeat(64), timestamp: '2'.repeat(64), director: '3'.repeat(64) };

/** A repository whose root, targets and app are signed by one key, which lies in the folder of that name. */
async function begin(shell: RecordedShell, name: string, app: string) {
  const key = await makeKeyFile(join(shell.folder, name), 'all', '');
  const owners = { root: [key.publicHex], rootThreshold: 1, targets: [key.publicHex], targetsThreshold: 1 };
  const signed = changePublisher(firstTargets(NOW_MS), TENANT, app, { add: [key.publicHex] }, NOW_MS);
  const documents = {
    root: rootDocument.parse({ signatures: [], signed: firstRoot(owners, server, NOW_MS) }),
    targets: targetsDocument.parse({ signatures: [], signed }),
  };
  const base = { root: null, targets: null };
  await signDraft({ kind: 'wherry-trust-draft', tenant: TENANT, base, documents }, [signerOf(key)]);
  writeFileSync(join(shell.folder, `${name}.json`), JSON.stringify(documents.root));
  return documents;
}

function signerOf(key: KeyFile) {
  const privateKey = key.open('');
  if (!privateKey) throw new Error('the key is sealed');
  return { name: key.name, publicHex: key.publicHex, sign: async (bytes: Uint8Array) => sign(null, bytes, privateKey) };
}

async function know(shell: RecordedShell, origin: string, known: Partial<KnownRepository> & { roots: RootDocument[] }) {
  await writeKnown(knownPlace(join(shell.folder, 'keys'), origin, TENANT), { versions: {}, apps: {}, ...known });
}

/** The codes of signing a change on the machine that knows, with a key of the folder `by`: `ok` when it was signed. */
async function signing(shell: RecordedShell, change: TrustDraft, by: string, ...more: string[]): Promise<string> {
  const file = join(shell.folder, 'change.json');
  await writeDraft(file, change);
  const key = join(shell.folder, by, 'all.key');
  const argv = ['--json', 'trust', 'sign', file, '--keys', 'keys', '--key', key, ...more];
  const { exitCode, err } = await shell.run(...argv);
  if (exitCode === 0) return 'ok';
  return JSON.parse(err)
    .problems.map(({ code }: { code: string }) => code)
    .join(' ');
}

it('a root that a person gives stands for its own control plane only', async () => {
  const shell = recordedShell();
  const [a, b] = [await begin(shell, 'a', 'cam'), await begin(shell, 'b', 'cam')];
  await know(shell, 'https://a.example', { roots: [a.root] });
  await know(shell, 'https://b.example', { roots: [b.root] });
  const next = ({ root, targets }: typeof a): TrustDraft => {
    const signed = nextRoot(root.signed, NOW_MS);
    const documents = { root: rootDocument.parse({ signatures: [], signed }) };
    return { kind: 'wherry-trust-draft', tenant: TENANT, base: { root, targets }, documents };
  };
  const ends = async (name: string, of: typeof a) => [
    await signing(shell, next(of), name),
    await signing(shell, next(of), name, '--trust', 'a.json'),
    await signing(shell, next(of), name, '--trust', 'b.json'),
  ];
  expect(await ends('a', a)).toEqual(['ok', 'ok', 'arbitrary_software']);
  expect(await ends('b', b)).toEqual(['ok', 'arbitrary_software', 'ok']);
});

it('an app may have the name of something that every object has', async () => {
  const shell = recordedShell();
  const { root, targets } = await begin(shell, 'a', 'constructor');
  await know(shell, 'https://a.example', { roots: [root] });
  await know(shell, 'offline', { roots: [root] });
  const first = publisherDocument.parse({ signatures: [], signed: nextPublisher(null, NOW_MS) });
  const changeOn = (publishers: NonNullable<TrustDraft['base']['publishers']>, role: typeof first): TrustDraft => {
    const base = { root, targets, publishers };
    return { kind: 'wherry-trust-draft', tenant: TENANT, base, documents: { publishers: { constructor: role } } };
  };
  expect(await signing(shell, changeOn({}, first), 'a')).toBe('ok');
  const signed: TrustDraft = JSON.parse(readFileSync(join(shell.folder, 'change.json'), 'utf8'));
  const before = publisherDocument.parse(signed.documents.publishers?.constructor);
  const next = publisherDocument.parse({ signatures: [], signed: nextPublisher(before.signed, NOW_MS) });
  expect(await signing(shell, changeOn({ constructor: before }, next), 'a')).toBe('ok');
});

it('a file that cannot be written is said so', async () => {
  const shell = recordedShell();
  const change: TrustDraft = {
    kind: 'wherry-trust-draft',
    tenant: TENANT,
    base: { root: null, targets: null },
    documents: {},
  };
  await expect(writeDraft(join(shell.folder, 'nowhere/change.json'), change)).rejects.toMatchObject({
    problems: [{ code: 'unavailable' }],
  });
});
