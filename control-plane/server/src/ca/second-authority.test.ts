import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refuse } from '@wherry/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type OpenAuthority, openAuthority } from './open-authority.ts';
import { makeRevocationList } from './revocation-list.ts';
import { openServerCertificate } from './server-certificate.ts';
import { makeDeviceKey } from './testing/device-key.ts';

/** What is on the disk while an authority is rolled over, and what each of the two is good for. */
const NOW_MS = Date.parse('2026-03-01T00:00:00Z');
const DAY_MS = 86_400_000;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-ca-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = () => openAuthority(folder, NOW_MS);
const keyFile = (name: string) => join(folder, `ca/${name}-key.pem`);

async function step(authority: OpenAuthority, ...steps: Parameters<OpenAuthority['step']>[0][]): Promise<void> {
  for (const one of steps) expect(await authority.step(one, NOW_MS)).toMatchObject({ ok: true });
}

async function issue(authority: OpenAuthority, believes?: readonly string[]) {
  const key = await authority.readRequest((await makeDeviceKey()).csr);
  if (!key.ok) throw new Error('the request is good');
  const times = { notBeforeMs: NOW_MS, notAfterMs: NOW_MS + DAY_MS };
  const order = { tenant: 'acme', device: 'pi-7', publicKey: key.value, ...times };
  const issued = await authority.issueDevice({ ...order, ...(believes ? { believes } : {}) });
  return { of: issued.authority, certificate: new X509Certificate(issued.pem) };
}

it('gives a device a certificate of the next authority once it says that it believes it', async () => {
  const authority = await open();
  const old = authority.fingerprint;
  expect(authority.hint).toBeNull();
  await step(authority, 'begin');
  const { stays: next } = authority.standing();
  expect(authority.hint).toBe(`${next.slice(0, 16)},${old.slice(0, 16)}`);
  expect((await issue(authority)).of).toBe(old);
  expect((await issue(authority, [old])).of).toBe(old);
  const moved = await issue(authority, [old, next]);
  expect(moved.of).toBe(next);
  const left = await issue(authority);
  for (const phase of ['begun', 'switch'] as const) {
    if (phase === 'switch') await step(authority, phase);
    for (const { certificate } of [moved, left]) expect(authority.readDevice(certificate)?.device).toBe('pi-7');
  }
  await step(authority, 'finish');
  expect(authority.readDevice(moved.certificate)?.device).toBe('pi-7');
  expect(authority.readDevice(left.certificate)).toBeNull();
});

it('shows certificates of the current one, hands over the link, and signs a list of each that is taken', async () => {
  const authority = await open();
  await step(authority, 'begin');
  const [current, next, link, ...rest] =
    authority.bundlePem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
  expect(rest).toEqual([]);
  const [old, young] = [new X509Certificate(current ?? ''), new X509Certificate(next ?? '')];
  expect(old.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(authority.fingerprint);
  expect(new X509Certificate(link ?? '').verify(old.publicKey)).toBe(true);
  expect(new X509Certificate(link ?? '').publicKey.equals(young.publicKey)).toBe(true);
  const lists = await makeRevocationList(authority, [{ serial: '4a', atMs: NOW_MS }], NOW_MS);
  expect(lists.match(/BEGIN X509 CRL/g)).toHaveLength(2);
  const names = [{ type: 'dns', value: 'wherry.example' }] as const;
  const before = await openServerCertificate(authority, names, NOW_MS);
  expect(new X509Certificate(before.certPem).verify(old.publicKey)).toBe(true);
  await step(authority, 'switch');
  const after = await openServerCertificate(authority, names, NOW_MS);
  expect(new X509Certificate(after.certPem).verify(young.publicKey)).toBe(true);
});

it('deletes the key of the one that is believed no more, also after a crash that left it', async () => {
  const authority = await open();
  await step(authority, 'begin', 'switch');
  expect([keyFile('authority'), keyFile('authority-2')].map(existsSync)).toEqual([true, true]);
  await step(authority, 'finish');
  expect([keyFile('authority'), keyFile('authority-2')].map(existsSync)).toEqual([false, true]);
  await writeFile(keyFile('authority'), 'left behind');
  expect((await open()).fingerprint).toBe(authority.fingerprint);
  expect(existsSync(keyFile('authority'))).toBe(false);
});

it('takes up what a crash left of a next authority that nothing names yet, and tells another process of each step', async () => {
  const [one, other] = [await open(), await open()];
  await step(one, 'begin');
  const { stays } = one.standing();
  await rm(join(folder, 'ca/roll-over.json'));
  const again = await open();
  expect(again.standing().phase).toBe('settled');
  await step(again, 'begin');
  expect(again.standing().stays).toBe(stays);
  expect(await other.reread()).toBe(true);
  expect(other.standing()).toEqual(again.standing());
  expect(await other.reread()).toBe(false);
});

it('goes one step of many that are asked for at once, and leaves the folder whole', async () => {
  const authority = await open();
  const all = await Promise.all(Array.from({ length: 20 }, () => authority.step('begin', NOW_MS)));
  expect(all.filter(({ ok }) => ok)).toHaveLength(1);
  for (const one of all) if (!one.ok) expect(one.problems[0]?.code).toBe('not_allowed_in_state');
  expect((await open()).bundlePem).toBe(authority.bundlePem);
  const [, next, link] = authority.bundlePem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
  expect(new X509Certificate(link ?? '').publicKey.equals(new X509Certificate(next ?? '').publicKey)).toBe(true);
});

it('goes one step of two that are asked for at two processes at once, round after round, and leaves the folder whole', async () => {
  const two = [await open(), await open()] as const;
  for (let round = 0; round < 20; round += 1)
    for (const next of ['begin', round % 2 === 0 ? 'switch' : 'abort', 'finish'] as const) {
      const both = await Promise.all(two.map((one) => one.step(next, NOW_MS)));
      expect(both.filter(({ ok }) => ok)).toHaveLength(1);
      const third = await open();
      const [, , link] = third.bundlePem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
      if (next === 'begin') expect(new X509Certificate(link ?? '').verify(third.certificate.publicKey)).toBe(true);
      for (const one of two) await one.reread();
      expect(two.map(({ bundlePem }) => bundlePem)).toEqual([third.bundlePem, third.bundlePem]);
    }
  expect((await readdir(join(folder, 'ca'))).filter((name) => name.endsWith('-key.pem'))).toHaveLength(1);
});

it('goes no step that is refused before it, and lets nobody else go one meanwhile', async () => {
  const [one, other] = [await open(), await open()];
  const { promise: waiting, resolve: goOn } = Promise.withResolvers<void>();
  const first = one.step('begin', NOW_MS, async () => {
    await waiting;
    return refuse('forbidden', 'not this one');
  });
  let isSecondOver = false;
  const second = other.step('begin', NOW_MS).finally(() => {
    isSecondOver = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect([isSecondOver, other.standing().phase]).toEqual([false, 'settled']);
  goOn();
  expect((await first).ok).toBe(false);
  expect(one.standing().phase).toBe('settled');
  expect((await second).ok).toBe(true);
});

it('steps from where another process has led it, and tells its listener of that too', async () => {
  const [one, other] = [await open(), await open()];
  const seen: string[] = [];
  other.onStep(async () => void seen.push(other.standing().phase));
  await step(one, 'begin', 'switch', 'finish');
  const refused = await other.step('finish', NOW_MS);
  expect(refused.ok ? [] : refused.problems.map(({ code }) => code)).toEqual(['not_allowed_in_state']);
  expect([seen, other.fingerprint]).toEqual([['settled'], one.fingerprint]);
  await step(other, 'begin');
  expect((await open()).standing()).toEqual(other.standing());
});

it('does not make a key anew that it should have', async () => {
  await step(await open(), 'begin');
  await rm(keyFile('authority-2'));
  await expect(open()).rejects.toThrow('authority-2-key.pem');
});
