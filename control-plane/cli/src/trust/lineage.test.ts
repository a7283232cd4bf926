import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  publisherDocument,
  publisherRole,
  type RootDocument,
  rootDocument,
  type TrustDraft,
  targetsDocument,
} from '@wherry/protocol';
import { expect, it } from 'vitest';
import { type Begun, beginRepository, draftOf, NOW_MS, signerOf, signing, TENANT } from '../testing/offline-signing.ts';
import { type RecordedShell, recordedShell } from '../testing/recorded-shell.ts';
import { signDraft } from './draft.ts';
import { changePublisher, changeRootRole, nextPublisher, nextRoot, nextTargets } from './edits.ts';
import { type KeyFile, makeKeyFile } from './key-folder.ts';
import { OFFLINE_MAX, offlinePlace, writeKnown } from './known-repository.ts';
import { whyNot } from './lineage.ts';
import { tufKeyId } from './tuf-keys.ts';

/** One machine without a network, which signs for control planes whose tenants have one name. */
const FAR_MS = 365 * 86_400_000;

const newTargets = ({ root, targets }: Begun, nowMs = NOW_MS): TrustDraft =>
  draftOf(
    { root, targets },
    { targets: targetsDocument.parse({ signatures: [], signed: nextTargets(targets.signed, nowMs) }) },
  );

/** Signs the next targets, and answers the repository that has them. */
async function goOn(shell: RecordedShell, of: Begun, ...more: string[]): Promise<Begun> {
  expect(await signing(shell, newTargets(of), of.key, ...more)).toBe('ok');
  const { documents } = JSON.parse(readFileSync(join(shell.folder, 'change.json'), 'utf8'));
  return { ...of, targets: targetsDocument.parse(documents.targets) };
}

/** The next root, with other owners where a key is given. */
async function rotated(of: Begun, to?: KeyFile): Promise<Begun> {
  const { root, targets, key } = of;
  const change = { add: to ? [to.publicHex] : [], remove: to ? [tufKeyId(key.publicHex)] : [] };
  const signed = to ? changeRootRole(root.signed, 'root', change, NOW_MS) : nextRoot(root.signed, NOW_MS);
  const next = rootDocument.parse({ signatures: [], signed });
  await signDraft(draftOf({ root, targets }, { root: next }), [signerOf(key), ...(to ? [signerOf(to)] : [])]);
  return { ...of, root: next };
}

const offlineFolder = ({ folder }: RecordedShell) => join(folder, 'keys/repositories/offline');
const records = (shell: RecordedShell) => readdirSync(offlineFolder(shell)).sort();
const versionsIn = (shell: RecordedShell, file: string) =>
  JSON.parse(readFileSync(join(offlineFolder(shell), file), 'utf8')).versions;

/** The file of those without a control plane that has the name of the tenant alone. */
function writeFirst(shell: RecordedShell, roots: readonly RootDocument[], versions: Record<string, number>): void {
  mkdirSync(offlineFolder(shell), { recursive: true });
  const content = { kind: 'wherry-known-repository', roots, versions };
  writeFileSync(join(offlineFolder(shell), `${TENANT}.json`), JSON.stringify(content));
}

it('two repositories go on in turn, one far above the other, and neither goes back', async () => {
  const shell = recordedShell();
  const a1 = await beginRepository(shell, 'a', 'cam', { server: '1', nowMs: NOW_MS + FAR_MS });
  const b1 = await beginRepository(shell, 'b', 'cam', { server: '2' });
  const a2 = await goOn(shell, a1);
  expect(await signing(shell, newTargets(b1), b1.key)).toBe('arbitrary_software');
  const b2 = await goOn(shell, b1, '--trust', 'b.json');
  const a3 = await goOn(shell, a2, '--trust', 'a.json');
  const b3 = await goOn(shell, b2, '--trust', 'b.json');
  // Both are known by now.
  await goOn(shell, await goOn(shell, a3));
  await goOn(shell, await goOn(shell, b3));
  expect(records(shell)).toHaveLength(2);
  for (const [old, root] of [
    [a2, 'a.json'],
    [b2, 'b.json'],
  ] as const)
    for (const more of [[], ['--trust', root]])
      expect(await signing(shell, newTargets(old), old.key, ...more)).toBe('rollback_attack');
});

it('the role of an app is held to its own repository', async () => {
  const shell = recordedShell();
  const a = await beginRepository(shell, 'a', 'cam', { server: '1' });
  const b = await beginRepository(shell, 'b', 'cam', { server: '2' });
  const roleAt = async ({ root, targets, key }: Begun, nowMs: number) => {
    const role = publisherDocument.parse({ signatures: [], signed: nextPublisher(null, nowMs) });
    const change = draftOf({ root, targets }, { publishers: { cam: role } });
    await signDraft(change, [signerOf(key)]);
    return role;
  };
  const after = ({ root, targets }: Begun, before: Awaited<ReturnType<typeof roleAt>>) => {
    const next = publisherDocument.parse({ signatures: [], signed: nextPublisher(before.signed, NOW_MS) });
    return draftOf({ root, targets, publishers: { cam: before } }, { publishers: { cam: next } });
  };
  const [newA, oldA] = [await roleAt(a, NOW_MS + FAR_MS), await roleAt(a, NOW_MS)];
  const [newB, oldB] = [await roleAt(b, NOW_MS + 1), await roleAt(b, NOW_MS)];
  expect(await signing(shell, after(a, newA), a.key)).toBe('ok');
  expect(await signing(shell, after(b, newB), b.key, '--trust', 'b.json')).toBe('ok');
  expect(await signing(shell, after(a, oldA), a.key)).toBe('rollback_attack');
  expect(await signing(shell, after(b, oldB), b.key)).toBe('rollback_attack');
  expect(await signing(shell, after(b, newB), b.key)).toBe('ok');
  const known = records(shell).map((file) => versionsIn(shell, file)[publisherRole(TENANT, 'cam')]);
  expect(known.sort()).toEqual([NOW_MS + 1, NOW_MS + FAR_MS]);
});

it('a root that follows by rotation finds its repository, also where one between was never seen', async () => {
  const shell = recordedShell();
  const a = await beginRepository(shell, 'a', 'cam', { server: '1', nowMs: NOW_MS + FAR_MS });
  const b1 = await beginRepository(shell, 'b', 'cam', { server: '2' });
  await goOn(shell, a);
  const old = await goOn(shell, b1, '--trust', 'b.json');
  await goOn(shell, old);
  const b2 = await rotated(old, await makeKeyFile(join(shell.folder, 'b'), 'next', ''));
  expect(await signing(shell, newTargets({ ...b2, targets: b1.targets }), b1.key)).toBe('rollback_attack');
  await goOn(shell, b2);
  // The owners before sign nothing more, and what they signed is behind.
  expect(await signing(shell, newTargets(old), b1.key)).toBe('rollback_attack');
  expect(await signing(shell, newTargets(old), b1.key, '--trust', 'b.json')).toBe('rollback_attack');
  await goOn(shell, await rotated(await rotated({ ...a, targets: (await goOn(shell, a)).targets })));
  expect(await signing(shell, newTargets(a), a.key)).toBe('rollback_attack');
  expect(records(shell)).toHaveLength(2);
});

it('owners of two repositories keep them apart by the keys of their control planes', async () => {
  const shell = recordedShell();
  const a = await beginRepository(shell, 'a', 'cam', { server: '1', nowMs: NOW_MS + FAR_MS });
  const b1 = await beginRepository(shell, 'b', 'cam', { server: '2', key: a.key });
  const newA = await goOn(shell, a);
  expect(await signing(shell, newTargets(b1), b1.key)).toBe('equivocation');
  const b2 = await rotated(await goOn(shell, b1, '--trust', 'b.json'));
  const b3 = await rotated(await goOn(shell, b2));
  await goOn(shell, b3);
  await goOn(shell, newA);
  expect(await signing(shell, newTargets(a), a.key)).toBe('rollback_attack');
  expect(await signing(shell, newTargets({ ...b3, targets: b1.targets }), b1.key)).toBe('rollback_attack');
  expect(records(shell)).toHaveLength(2);
});

it('another repository of the same owners that is first seen late is told by the root that is given', async () => {
  const shell = recordedShell();
  const a = await beginRepository(shell, 'a', 'cam', { server: '1', nowMs: NOW_MS + FAR_MS });
  const b1 = await beginRepository(shell, 'b', 'cam', { server: '2', key: a.key });
  const newA = await goOn(shell, a);
  const b2 = await goOn(shell, await rotated(b1), '--trust', 'b.json');
  await goOn(shell, await rotated(b2));
  await goOn(shell, newA);
  expect(await signing(shell, newTargets(b1), b1.key)).toBe('rollback_attack');
  expect(await signing(shell, newTargets(a), a.key)).toBe('rollback_attack');
  expect(records(shell)).toHaveLength(2);
});

it('repositories that cannot be told apart are held to what is known of each', async () => {
  const shell = recordedShell();
  const a = await beginRepository(shell, 'a', 'cam', { server: '1' });
  const far = changePublisher(a.targets.signed, TENANT, 'door', { add: [a.key.publicHex] }, NOW_MS + FAR_MS);
  writeFirst(shell, [a.root], { targets: far.version });
  const place = offlinePlace(join(shell.folder, 'keys'), TENANT, a.root);
  await writeKnown(place, { roots: [a.root], versions: {}, apps: {} });
  expect(await signing(shell, newTargets(a), a.key)).toBe('rollback_attack');
  expect(await signing(shell, newTargets(await rotated(a)), a.key)).toBe('rollback_attack');
});

it('a repository whose control plane has new keys is held to what is known of it from before', async () => {
  const shell = recordedShell();
  const a = await beginRepository(shell, 'a', 'cam', { server: '1' });
  const { root } = await beginRepository(shell, 'same', 'cam', { server: '2', key: a.key });
  const next = rootDocument.parse({ signatures: [], signed: { ...root.signed, version: 2 } });
  await signDraft(draftOf({ root: a.root, targets: a.targets }, { root: next }), [signerOf(a.key)]);
  writeFirst(shell, [a.root], { targets: a.targets.signed.version + 1 });
  const place = offlinePlace(join(shell.folder, 'keys'), TENANT, next);
  await writeKnown(place, { roots: [next], versions: {}, apps: {} });
  expect(await signing(shell, newTargets({ ...a, root: next }), a.key)).toBe('rollback_attack');
});

it('why a root is not gone by is said by the repository that it belongs to, among any others', async () => {
  const shell = recordedShell();
  const a = await beginRepository(shell, 'a', 'cam', { server: '1' });
  const b1 = await beginRepository(shell, 'b', 'cam', { server: '2' });
  const b2 = await rotated(b1);
  const other = await beginRepository(shell, 'other', 'cam', { server: '3', key: b1.key });
  const stranger = await beginRepository(shell, 'stranger', 'cam', { server: '4' });
  const codes = (root: RootDocument, of = a.root) =>
    [
      [[of], [b1.root, b2.root]],
      [[b1.root, b2.root], [of]],
    ].map((starts) => {
      const refused = whyNot(starts, root, false);
      return refused.ok ? 'ok' : refused.problems[0]?.code;
    });
  const both = (code: string) => [code, code];
  expect(codes(b1.root)).toEqual(both('rollback_attack'));
  expect(codes(b1.root, other.root)).toEqual(both('rollback_attack'));
  expect(codes((await rotated(other)).root)).toEqual(both('equivocation'));
  const strangers = await rotated(stranger);
  for (const { root } of [stranger, strangers, await rotated(strangers)])
    expect(codes(root)).toEqual(both('arbitrary_software'));
});

it('a file of the tenant’s name alone is read on as one of the repositories', async () => {
  const shell = recordedShell();
  const a = await beginRepository(shell, 'a', 'cam', { server: '1' });
  const b = await beginRepository(shell, 'b', 'cam', { server: '2' });
  const version = a.targets.signed.version;
  writeFirst(shell, [a.root], { targets: version });
  await goOn(shell, await goOn(shell, a));
  expect(versionsIn(shell, `${TENANT}.json`).targets).toBe(version + 1);
  await goOn(shell, b, '--trust', 'b.json');
  expect(records(shell)).toHaveLength(2);
  expect(await signing(shell, newTargets(a), a.key)).toBe('rollback_attack');
});

it('a file that is of two repositories is put right by who says that the older one may be', async () => {
  const shell = recordedShell();
  const a = await beginRepository(shell, 'a', 'cam', { server: '1' });
  const b1 = await beginRepository(shell, 'b', 'cam', { server: '2' });
  const b2 = await rotated(b1);
  writeFirst(shell, [a.root, b2.root], { targets: a.targets.signed.version + FAR_MS });
  expect(await signing(shell, newTargets(a), a.key)).toBe('rollback_attack');
  const next = await goOn(shell, a, '--accept-restored');
  await goOn(shell, await goOn(shell, b2, '--trust', 'b.json'));
  await goOn(shell, next);
  expect(await signing(shell, newTargets(a), a.key)).toBe('rollback_attack');
});

it('what cannot be read is not as if nothing were known', async () => {
  const shell = recordedShell();
  const a = await beginRepository(shell, 'a', 'cam');
  await goOn(shell, a);
  const file = join(offlineFolder(shell), records(shell)[0] ?? '');
  writeFileSync(file, '{}');
  expect(await signing(shell, newTargets(a), a.key)).toBe('trust_lost');
  rmSync(offlineFolder(shell), { recursive: true });
  symlinkSync('offline', offlineFolder(shell));
  expect(await signing(shell, newTargets(a), a.key)).toBe('trust_lost');
});

it('no more repositories are kept than a bound, and none is forgotten for another', async () => {
  const shell = recordedShell();
  const a = await beginRepository(shell, 'a', 'cam', { server: '1' });
  const b = await beginRepository(shell, 'b', 'cam', { server: '2' });
  const file = await goOn(shell, a).then(() => join(offlineFolder(shell), records(shell)[0] ?? ''));
  const numbers = Array.from({ length: OFFLINE_MAX - 1 }, (_, index) => index);
  for (const number of numbers)
    writeFileSync(join(offlineFolder(shell), `${TENANT}.${number}.json`), readFileSync(file));
  expect(await signing(shell, newTargets(b), b.key, '--trust', 'b.json')).toBe('not_allowed_in_state');
  const change: TrustDraft = JSON.parse(readFileSync(join(shell.folder, 'change.json'), 'utf8'));
  expect(change.documents.targets?.signatures).toEqual([]);
  expect(records(shell)).toHaveLength(OFFLINE_MAX);
  await goOn(shell, a);
});
