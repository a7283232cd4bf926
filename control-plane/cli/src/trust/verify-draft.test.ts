import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publisherDocument, type RootDocument, rootDocument, type TrustDraft } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { type Begun, beginRepository, draftOf, NOW_MS, signing, TENANT } from '../testing/offline-signing.ts';
import { type RecordedShell, recordedShell } from '../testing/recorded-shell.ts';
import { writeDraft } from './draft.ts';
import { nextPublisher, nextRoot } from './edits.ts';
import { knownPlace, offlinePlace, writeKnown } from './known-repository.ts';

/** Changes that people hand to a machine without a network. */
const keysOf = (shell: RecordedShell) => join(shell.folder, 'keys');
const knowing = (root: RootDocument) => ({ roots: [root], versions: {}, apps: {} });

it('a root that a person gives stands for its own control plane only', async () => {
  const shell = recordedShell();
  const [a, b] = [await beginRepository(shell, 'a', 'cam'), await beginRepository(shell, 'b', 'cam')];
  await writeKnown(knownPlace(keysOf(shell), 'https://a.example', TENANT), knowing(a.root));
  await writeKnown(knownPlace(keysOf(shell), 'https://b.example', TENANT), knowing(b.root));
  const next = ({ root, targets }: Begun): TrustDraft => {
    const signed = nextRoot(root.signed, NOW_MS);
    return draftOf({ root, targets }, { root: rootDocument.parse({ signatures: [], signed }) });
  };
  const ends = async (of: Begun) => [
    await signing(shell, next(of), of.key),
    await signing(shell, next(of), of.key, '--trust', 'a.json'),
    await signing(shell, next(of), of.key, '--trust', 'b.json'),
  ];
  expect(await ends(a)).toEqual(['ok', 'ok', 'arbitrary_software']);
  expect(await ends(b)).toEqual(['ok', 'arbitrary_software', 'ok']);
  // What is known by its place is not written down once more.
  expect(readdirSync(join(keysOf(shell), 'repositories')).sort()).toEqual(['a.example', 'b.example']);
});

it('an app may have the name of something that every object has', async () => {
  const shell = recordedShell();
  const { root, targets, key } = await beginRepository(shell, 'a', 'constructor');
  await writeKnown(knownPlace(keysOf(shell), 'https://a.example', TENANT), knowing(root));
  await writeKnown(offlinePlace(keysOf(shell), TENANT, root), knowing(root));
  const first = publisherDocument.parse({ signatures: [], signed: nextPublisher(null, NOW_MS) });
  const changeOn = (publishers: NonNullable<TrustDraft['base']['publishers']>, role: typeof first): TrustDraft =>
    draftOf({ root, targets, publishers }, { publishers: { constructor: role } });
  expect(await signing(shell, changeOn({}, first), key)).toBe('ok');
  const signed: TrustDraft = JSON.parse(readFileSync(join(shell.folder, 'change.json'), 'utf8'));
  const before = publisherDocument.parse(signed.documents.publishers?.constructor);
  const next = publisherDocument.parse({ signatures: [], signed: nextPublisher(before.signed, NOW_MS) });
  expect(await signing(shell, changeOn({ constructor: before }, next), key)).toBe('ok');
});

it('a file that cannot be written is said so', async () => {
  const shell = recordedShell();
  const change = draftOf({ root: null, targets: null }, {});
  await expect(writeDraft(join(shell.folder, 'nowhere/change.json'), change)).rejects.toMatchObject({
    problems: [{ code: 'unavailable' }],
  });
});
