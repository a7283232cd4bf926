import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codeOf } from '../src/trust/tuf/testing/device.ts';
import { DAY_MS, NOW_MS, type TestRepository } from '../src/trust/tuf/testing/repository.ts';
import { CONTENT, makeScene, OTHER_PATH, OTHER_ROLE, PATH, ROLE } from '../src/trust/tuf/testing/scene.ts';
import { NOWHERE, never, openTufDevice } from './tuf-device.ts';
import { startTufServer, type TufServer } from './tuf-server.ts';

/** The updater over a real disk and a real network: what it keeps, and what it does when either is bad. */
let repository: TestRepository;
let server: TufServer;
let folder: string;

beforeEach(async () => {
  repository = makeScene().repository;
  server = await startTufServer(repository.files);
  folder = mkdtempSync(join(tmpdir(), 'wherry-tuf-'));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const device = (url = server.url, nowMs = NOW_MS) =>
  openTufDevice(folder, repository.file('1.root.json'), url, { nowMs });
const trust = () => join(folder, 'trust');
const current = () => readFileSync(join(trust(), 'current'), 'utf8').trim().split(' ');
const sizeOf = (name: string) => readdirSync(join(trust(), name)).length;

describe('what is kept', () => {
  test('after a start all is verified again from disk, without a network and long after it has expired', async () => {
    const { verdict, found } = await device().refresh([PATH], never);
    expect([codeOf(verdict), codeOf(found.get(PATH) ?? verdict)]).toEqual(['ok', 'ok']);
    const later = device(NOWHERE, NOW_MS + 1_000 * DAY_MS);
    expect(later.findOffline(PATH)).toMatchObject({ ok: true, value: { lengthBytes: CONTENT.length } });
    expect(codeOf(later.findOffline(OTHER_PATH))).not.toBe('ok');
    expect(codeOf((await later.refresh([PATH], never)).verdict)).toBe('download_failed');
    expect(codeOf(later.findOffline(PATH))).toBe('ok');
  });

  test('a publisher who lets the own role expire takes nothing from what runs, nor from others', async () => {
    repository.document(ROLE).expires = '2026-07-01T00:00:00Z';
    repository.publishTargets(ROLE);
    await device().refresh([PATH], never);
    repository.publishTargets(OTHER_ROLE);
    const july = NOW_MS + 40 * DAY_MS;
    const { found } = await device(server.url, july).refresh([PATH, OTHER_PATH], never);
    expect([...found.values()].map(codeOf)).toEqual(['freeze_attack', 'ok']);
    const after = device(NOWHERE, july);
    expect([PATH, OTHER_PATH].map((path) => codeOf(after.findOffline(path)))).toEqual(['ok', 'ok']);
    expect(current()[0]).toBe(current()[1]);
  });

  test('a publisher who breaks the own role takes nothing from what runs, nor from others', async () => {
    await device().refresh([PATH], never);
    repository.publishTargets(ROLE, OTHER_ROLE);
    repository.files.delete('3.pub.acme.thermostat.json');
    const { found } = await device().refresh([PATH, OTHER_PATH], never);
    expect([...found.values()].map(codeOf)).toEqual(['mix_and_match', 'ok']);
    expect(current()[0]).not.toBe(current()[1]);
    const after = device(NOWHERE);
    expect([PATH, OTHER_PATH].map((path) => codeOf(after.findOffline(path)))).toEqual(['ok', 'ok']);
  });

  test('without news nothing is written', async () => {
    const one = device();
    await one.refresh([PATH], never);
    const before = current();
    server.asked.length = 0;
    await one.refresh([PATH], never);
    expect([current(), server.asked]).toEqual([before, ['2.root.json', 'timestamp.json']]);
  });

  test('a refresh that breaks off leaves what runs verifiable, and old offers refused', async () => {
    await device().refresh([PATH], never);
    repository.publish('root');
    repository.publishTargets(ROLE);
    repository.files.delete('3.targets.json');
    expect(codeOf((await device().refresh([PATH], never)).verdict)).toBe('mix_and_match');
    const [newest, complete] = current();
    expect(newest).not.toBe(complete);
    const after = device(NOWHERE);
    expect(after.trusted().root.version).toBe(2);
    expect(after.trusted().timestamp?.version).toBe(3);
    expect(codeOf(after.findOffline(PATH))).toBe('ok');
    repository.timestamp.version = 2;
    repository.write('timestamp');
    expect(codeOf((await device().refresh([PATH], never)).verdict)).toBe('rollback_attack');
  });

  test('generations do not pile up', async () => {
    const one = device();
    for (let round = 0; round < 5; round += 1) {
      repository.publishTargets(ROLE);
      expect(codeOf((await one.refresh([PATH], never)).verdict)).toBe('ok');
    }
    expect(readdirSync(trust()).length).toBe(3);
    expect(sizeOf(current()[0] ?? '')).toBe(5);
  });

  test('a role that is found later becomes part of what is complete', async () => {
    const one = device();
    await one.refresh([PATH], never);
    expect(codeOf(await one.find(OTHER_PATH, never))).toBe('ok');
    expect(codeOf(device(NOWHERE).findOffline(OTHER_PATH))).toBe('ok');
  });

  test('a release that was withdrawn is unknown offline too, from the next refresh on', async () => {
    await device().refresh([PATH], never);
    repository.document(ROLE).targets = {};
    repository.publishTargets(ROLE);
    expect(codeOf(device().findOffline(PATH))).toBe('ok');
    const { found } = await device().refresh([PATH], never);
    expect([...found.values()].map(codeOf)).toEqual(['target_unknown']);
    expect(codeOf(device(NOWHERE).findOffline(PATH))).toBe('target_unknown');
  });
});

describe('a damaged disk', () => {
  const damages: readonly [string, (path: string) => void][] = [
    ['is empty', (path) => writeFileSync(path, '')],
    ['is cut', (path) => writeFileSync(path, readFileSync(path).subarray(0, -9))],
    [
      'has another byte',
      (path) => writeFileSync(path, Buffer.from(readFileSync(path, 'utf8').replace(/"version": \d/, '"version": 7'))),
    ],
    ['is gone', (path) => rmSync(path)],
  ];
  const names = ['root.json', 'snapshot.json', 'targets.json', `${ROLE}.json`];

  test.each(names.flatMap((name) => damages.map(([what, damage]) => [name, what, damage] as const)))(
    '%s %s: the generation before serves, and a refresh heals',
    async (name, _what, damage) => {
      const one = device();
      await one.refresh([PATH], never);
      repository.publishTargets(ROLE);
      await one.refresh([PATH], never);
      damage(join(trust(), current()[0] ?? '', name));
      const after = device(NOWHERE);
      expect(after.trusted().root.version).toBe(1);
      expect(codeOf(after.findOffline(PATH))).toBe('ok');
      const healed = device();
      expect(codeOf((await healed.refresh([PATH], never)).verdict)).toBe('ok');
      expect(healed.trusted().timestamp?.version).toBe(3);
      expect(codeOf(device(NOWHERE).findOffline(PATH))).toBe('ok');
    },
  );

  test.each(['', 'x', '00000099 00000098 00000097\n'])(
    'the pointer says %j: the newest folder serves',
    async (text) => {
      await device().refresh([PATH], never);
      writeFileSync(join(trust(), 'current'), text);
      expect(device(NOWHERE).trusted().timestamp?.version).toBe(2);
      expect(codeOf(device(NOWHERE).findOffline(PATH))).toBe('ok');
    },
  );

  test('with nothing left, the factory root begins again', async () => {
    repository.publish('root');
    await device().refresh([PATH], never);
    rmSync(trust(), { recursive: true });
    expect(device(NOWHERE).trusted().root.version).toBe(1);
    expect(codeOf((await device().refresh([PATH], never)).verdict)).toBe('ok');
    expect(device().trusted().root.version).toBe(2);
  });

  test('a factory root that is none is a fault of provisioning', () => {
    for (const root of [Buffer.of(), Buffer.from('{}'), repository.file('timestamp.json')])
      expect(() => openTufDevice(folder, root, NOWHERE)).toThrow(expect.objectContaining({ code: 'trust_lost' }));
  });

  test('an agent with a newer factory root goes on from there', async () => {
    await device().refresh([PATH], never);
    repository.setKeys('timestamp', 1, 1);
    repository.timestamp.version = 0;
    repository.publish('root', 'timestamp');
    const newer = openTufDevice(folder, repository.file('2.root.json'), server.url);
    expect(newer.trusted()).toMatchObject({ root: { version: 2 }, timestamp: null, snapshot: null });
    expect(codeOf((await newer.refresh([PATH], never)).verdict)).toBe('ok');
  });
});
