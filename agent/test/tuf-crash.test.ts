import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atMost } from '../src/shell/at-most.ts';
import { createEffects, type Effects } from '../src/shell/effects.ts';
import { codeOf } from '../src/trust/tuf/testing/device.ts';
import { makeScene, PATH, ROLE } from '../src/trust/tuf/testing/scene.ts';
import { NOWHERE, never, openTufDevice } from './tuf-device.ts';
import { startTufServer, type TufServer } from './tuf-server.ts';

/**
 * Rules A2 and A4 for trust: a crash before any effect of a refresh that changes everything (the root's hands, the online keys, the
 * publisher's release) leaves a device that trusts, verifies what it runs without a network, and comes to the same end with one.
 */
const CHILD = fileURLToPath(new URL('./tuf-child.ts', import.meta.url));
const REAL_EVERY = 6;
const scratch = mkdtempSync(join(tmpdir(), 'wherry-tuf-crash-'));
const { repository } = makeScene();
const factory = repository.file('1.root.json');
const template = join(scratch, 'template');
const names: string[] = [];
let server: TufServer;

beforeAll(async () => {
  server = await startTufServer(repository.files);
  await refresh(template);
  const old = repository.signers.get('root') ?? [];
  const fresh = repository.setKeys('root', 3, 2);
  for (const role of ['timestamp', 'snapshot', 'targets'] as const) repository.setKeys(role, 1, 1);
  repository.root.version += 1;
  repository.write('root', [...old, ...fresh]);
  repository.publish('root');
  repository.addTarget(ROLE, PATH, Buffer.from('the next one'));
  repository.publishTargets(ROLE);
  await refresh(copyOf('measured'), recording(names));
});
afterAll(async () => {
  await server.close();
  rmSync(scratch, { recursive: true, force: true });
});

test('a crash before any effect', async () => {
  expect(names.length).toBeGreaterThan(30);
  const end = endOf('measured');
  for (let n = 1; n <= names.length; n += 1) {
    const folder = copyOf(`at-${n}`);
    await expect(refresh(folder, crashing(n))).rejects.toThrow();
    await expectUnharmed(folder);
    expect(endOf(`at-${n}`)).toEqual(end);
  }
});

test('a process that is killed before an effect', { timeout: 120_000 }, async () => {
  writeFileSync(join(scratch, 'factory.json'), factory);
  const slots = atMost(2);
  const every = Array.from({ length: Math.floor(names.length / REAL_EVERY) }, (_, at) => (at + 1) * REAL_EVERY);
  const signals = await Promise.all(
    every.map((n) =>
      slots(async () => {
        const folder = copyOf(`killed-${n}`);
        const args = [CHILD, folder, join(scratch, 'factory.json'), server.url, PATH];
        const child = spawn(process.execPath, args, {
          env: { ...process.env, WHERRY_CRASH_AT: String(n) },
          stdio: 'ignore',
        });
        await once(child, 'exit');
        await expectUnharmed(folder);
        return child.signalCode;
      }),
    ),
  );
  expect(new Set(signals)).toEqual(new Set(['SIGKILL']));
});

test('two crashes, one after the other', async () => {
  for (let first = 5; first <= names.length; first += 9)
    for (let second = 3; second <= names.length; second += 11) {
      const name = `twice-${first}-${second}`;
      const folder = copyOf(name);
      await refresh(folder, crashing(first)).catch(() => undefined);
      await refresh(folder, crashing(second)).catch(() => undefined);
      await expectUnharmed(folder);
      expect(endOf(name).versions).toEqual(endOf('measured').versions);
    }
});

test('an effect that fails once, as on a full disk: nothing is believed that was not kept, and the next refresh goes through', async () => {
  for (let n = 1; n <= names.length; n += 1) {
    const folder = copyOf(`failed-${n}`);
    const updater = openTufDevice(folder, factory, server.url, { effects: failingOnce(n) });
    const before = updater.trusted();
    const outcome = await updater.refresh([PATH], never).catch((error: NodeJS.ErrnoException) => error.code);
    if (outcome === 'ENOSPC') expect(updater.trusted()).toBe(before);
    expect((await updater.refresh([PATH], never)).verdict).toMatchObject({ ok: true });
    await expectUnharmed(folder);
  }
});

test('nothing gets its name before all of it is on the disk', () => {
  let unsynced = 0;
  for (const name of names) {
    if (name === 'file.create') unsynced += 1;
    if (name === 'file.sync') unsynced -= 1;
    if (name === 'file.rename') expect(unsynced).toBe(0);
  }
  for (const [at, name] of names.entries()) if (name === 'file.rename') expect(names[at + 1]).toBe('folder.sync');
});

async function expectUnharmed(folder: string): Promise<void> {
  const offline = openTufDevice(folder, factory, NOWHERE);
  expect(offline.findOffline(PATH)).toMatchObject({ ok: true });
  expect([1, 3]).toContain(offline.trusted().root.version);
  await refresh(folder);
  const online = openTufDevice(folder, factory, NOWHERE);
  expect(online.findOffline(PATH)).toMatchObject({ ok: true, value: { lengthBytes: 'the next one'.length } });
}

async function refresh(folder: string, effects?: Effects): Promise<void> {
  const updater = openTufDevice(folder, factory, server.url, effects === undefined ? {} : { effects });
  const { verdict, found } = await updater.refresh([PATH], never);
  expect([codeOf(verdict), ...[...found.values()].map(codeOf)]).toEqual(['ok', 'ok']);
}

function endOf(name: string) {
  const updater = openTufDevice(join(scratch, name), factory, NOWHERE);
  const { root, timestamp, snapshot } = updater.trusted();
  const folders = readdirSync(join(scratch, name, 'trust')).filter((each) => each !== 'current').length;
  return { versions: [root.version, timestamp?.version, snapshot?.version], folders };
}

function copyOf(name: string): string {
  const folder = join(scratch, name);
  cpSync(template, folder, { recursive: true });
  return folder;
}

function recording(into: string[]): Effects {
  return {
    ...createEffects(),
    run(name, action) {
      into.push(name);
      return action();
    },
  };
}

/** Nothing reaches disk or network any more from the n-th effect on. */
function crashing(n: number): Effects {
  let begun = 0;
  return {
    ...createEffects(),
    run(_name, action) {
      begun += 1;
      if (begun >= n) throw new Error('crash');
      return action();
    },
  };
}

function failingOnce(n: number): Effects {
  let begun = 0;
  return {
    ...createEffects(),
    run(name, action) {
      begun += 1;
      if (begun === n && name !== 'folder.make') throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      return action();
    },
  };
}
