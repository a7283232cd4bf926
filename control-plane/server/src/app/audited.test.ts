import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPERATIONS, type Operation, type Outcome } from '@wherry/protocol';
import Sqlite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { openAuthority } from '../ca/open-authority.ts';
import { putBlob } from './blobs.ts';
import { drainDispatch } from './dispatch-soon.ts';
import { openDeviceLog } from './open-device-log.ts';
import { useCases } from './operations.ts';
import { codesOf, expectOk, openFleet, releaseOf, type TestFleet, upload } from './testing/fleet.ts';
import { beginRepository } from './testing/repository-owner.ts';
import type { Caller } from './use-cases.ts';

/**
 * C3 over the table of operations: each one that changes something writes its entry in the very transaction. Where the entry cannot be
 * written, nothing is changed; an operation that is added has to be added here.
 */
type AnyUseCase = (context: TestFleet['context'], caller: Caller, input: object) => Promise<Outcome<unknown>>;
const run = (fleet: TestFleet, id: string, input: object, caller: Caller = fleet.admin) =>
  (useCases as unknown as Readonly<Record<string, AnyUseCase>>)[id]?.(fleet.context, caller, input) ??
  Promise.reject(new Error(`${id} has no use case`));
const of = async <T>(fleet: TestFleet, id: string, input: object) => expectOk(await run(fleet, id, input)) as T;

/** Makes what the operation needs, and gives its input. */
type Scene = (fleet: TestFleet) => Promise<object>;

const PASSWORD = 'correct horse battery staple';
const device = async (fleet: TestFleet) => {
  await (await fleet.claim('pi-1')).connect();
  return { device: 'pi-1' };
};
async function rollout(fleet: TestFleet, extra: object = {}): Promise<{ id: string }> {
  const publisher = await fleet.publisher();
  await publisher.publish({ version: '1.0.0', releaseCounter: 1 } as never);
  await device(fleet);
  const { id } = await of<{ id: string }>(fleet, 'startRollout', { body: { ...RELEASE, ...extra } });
  return { id };
}
const user = async (fleet: TestFleet) => {
  await of(fleet, 'createUser', { body: { name: 'bob', role: 'viewer', password: PASSWORD } });
  return { name: 'bob' };
};
const SECRET = { app: 'thermostat', name: 'API_KEY' };
const RELEASE = { app: 'thermostat', version: '1.0.0' };

const SCENES: Readonly<Record<string, Scene>> = {
  setDeviceLabels: async (fleet) => ({ params: await device(fleet), body: { set: { a: 'b' } } }),
  removeDevice: async (fleet) => ({ params: await device(fleet) }),
  reclaimDevice: async (fleet) => ({ params: await device(fleet), body: {} }),
  resolveDevice: async (fleet) => {
    const params = await device(fleet);
    await fleet.store.standings.setQuarantine(fleet.admin.tenant, 'pi-1', 1);
    return { params };
  },
  sendCommand: async (fleet) => ({
    params: await device(fleet),
    body: { kind: 'restart', app: 'thermostat', expiresAtMs: fleet.context.clock.nowMs() + 1 },
  }),
  createClaimToken: async () => ({ body: {} }),
  removeClaimToken: async (fleet) => ({ params: await of(fleet, 'createClaimToken', { body: {} }) }),
  publishRelease: async (fleet) => {
    const publisher = await fleet.publisher();
    const archive = await upload(fleet.context, fleet.admin, 'an image archive');
    return { body: await publisher.sign(releaseOf(archive)) };
  },
  updateTrust: async (fleet) => ({ body: beginRepository(fleet.context, fleet.admin.tenant).documents }),
  startRollout: async (fleet) => {
    await rollout(fleet);
    return { body: { ...RELEASE, config: { ZONE: 'attic' } } };
  },
  pauseRollout: async (fleet) => ({ params: await rollout(fleet) }),
  resumeRollout: async (fleet) => {
    const params = await rollout(fleet);
    await of(fleet, 'pauseRollout', { params });
    return { params };
  },
  abortRollout: async (fleet) => ({ params: await rollout(fleet), body: { reached: 'revert' } }),
  approveRollout: async (fleet) => ({
    params: await rollout(fleet, { waves: [{ approval: true }] }),
    body: { wave: 0 },
  }),
  publishDraft: async (fleet) => ({ params: await rollout(fleet, { draft: true }) }),
  updateRollout: async (fleet) => ({ params: await rollout(fleet), body: { maxInFlight: 5 } }),
  createUser: async () => ({ body: { name: 'bob', role: 'viewer', password: PASSWORD } }),
  setUserRole: async (fleet) => ({ params: await user(fleet), body: { role: 'operator' } }),
  setUserPassword: async (fleet) => ({ params: await user(fleet), body: { password: `${PASSWORD} too` } }),
  closeUserSessions: async (fleet) => ({ params: await user(fleet) }),
  removeUser: async (fleet) => ({ params: await user(fleet) }),
  createOperatorToken: async () => ({ body: { name: 'ci', role: 'viewer' } }),
  removeOperatorToken: async (fleet) => ({
    params: await of(fleet, 'createOperatorToken', { body: { name: 'ci', role: 'viewer' } }),
  }),
  addTenant: async () => ({ body: { tenant: 'acme' } }),
  moveAuthority: async ({ context, dataDir }) => {
    Object.assign(context, { authority: await openAuthority(dataDir, context.clock.nowMs()) });
    return { body: { step: 'begin' } };
  },
  setPublishPolicy: async () => ({ body: { requireCosign: null } }),
  setSecret: async () => ({ params: SECRET, body: { version: 1, selector: '', devices: [], custody: [] } }),
  removeSecret: async (fleet) => {
    await of(fleet, 'setSecret', { params: SECRET, body: { version: 1, selector: '', devices: [], custody: [] } });
    return { params: SECRET };
  },
  setTenantSettings: async () => ({ body: { approvals: { aboveShare: 0.2 } } }),
};

/** Asked with a body, but nothing changes. */
const DRY_RUNS: ReadonlySet<string> = new Set(['planRollout', 'simulateRollout']);
/** A session is not the tenant's; what signing in and out writes down is the edge's own (accounts.test.ts). */
const isChange = ({ id, method, tag }: Operation) => method !== 'get' && !DRY_RUNS.has(id) && tag !== 'session';
const CHANGES = Object.values<Operation>(OPERATIONS).filter(isChange);

let folder: string;
let fleet: TestFleet;
let db: Sqlite.Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-audited-'));
  fleet = await openFleet(join(folder, 'wherry.db'));
  db = new Sqlite(join(folder, 'wherry.db'));
});
afterAll(async () => {
  db.close();
  await fleet.close();
  await rm(folder, { recursive: true });
});

const entries = async ({ context, admin }: TestFleet) => expectOk(await useCases.listAudit(context, admin, {})).items;
const isIntact = async ({ context, admin }: TestFleet) =>
  expectOk(await useCases.verifyAudit(context, admin, {})).isIntact;
/** From now on no entry can be written. */
const closeLog = () =>
  db.exec(`create trigger closed before insert on audit begin select raise(abort, 'the log is closed'); end`);
const openLog = () => db.exec('drop trigger if exists closed');
afterEach(() => void openLog());
/** Every row of a tenant, by table. */
function everything(tenant: string): Record<string, unknown> {
  const tables = db.prepare(`select name from sqlite_master where type = 'table' and sql like '%"tenant"%'`).pluck();
  const rows = (name: unknown) => db.prepare(`select * from "${name}" where tenant = ?`).all(tenant);
  return Object.fromEntries(tables.all().map((name) => [name, rows(name)]));
}

describe('C3: an operation that changes something', () => {
  it('is shown here', () => {
    expect(Object.keys(SCENES).toSorted()).toEqual(CHANGES.map(({ id }) => id).toSorted());
  });

  it.each(CHANGES.filter(({ id }) => SCENES[id]))(
    '$id writes its entry with the change, or does not happen',
    async ({ id }) => {
      // Each in a tenant of its own, but for what only the installation's may do.
      const own = ['addTenant', 'moveAuthority'].includes(id) ? fleet : fleet.of(id.toLowerCase());
      const input = (await SCENES[id]?.(own)) ?? {};
      const [last] = await entries(own);
      expect(codesOf(await run(own, id, input, { ...own.admin, role: 'viewer' }))).toEqual(['forbidden']);
      closeLog();
      // What was to be sent is sent, and noted, at a moment of its own.
      await drainDispatch(fleet.context);
      const before = everything(own.admin.tenant);
      expect(before.operator).toBeDefined();
      await expect(run(own, id, input)).rejects.toThrow('the log is closed');
      expect(everything(own.admin.tenant)).toEqual(before);
      openLog();
      expectOk(await run(own, id, input));
      const [newest, ...older] = await entries(own);
      expect([newest?.operator, newest?.id]).toEqual(['ada', (last?.id ?? 0) + 1]);
      expect(newest?.action.replace(/_./g, (part) => part.slice(1).toUpperCase())).toBe(id);
      expect(older[0]).toEqual(last);
      expect(await isIntact(own)).toBe(true);
    },
  );
});

test('uploads are written down once', async () => {
  const own = fleet.of('uploader');
  const bytes = () => new Blob(['module']).stream() as unknown as AsyncIterable<Uint8Array>;
  const { digest } = await upload(own.context, own.admin, 'module');
  expectOk(await putBlob(own.context, own.admin, digest, bytes()));
  expect((await entries(own)).map(({ action, subject }) => [action, subject])).toEqual([['upload_blob', digest]]);
  closeLog();
  await expect(upload(own.context, own.admin, 'another')).rejects.toThrow('the log is closed');
  openLog();
});

test('reading along a device’s log is written down, and again when it is not the same look any more', async () => {
  const own = fleet.of('reader');
  await device(own);
  const look = (caller = own.admin, name = 'pi-1') => openDeviceLog(fleet.context, caller, name as never);
  const count = async () => (await entries(own)).filter(({ action }) => action === 'open_device_log').length;
  closeLog();
  await expect(look()).rejects.toThrow('the log is closed');
  openLog();
  expectOk(await look());
  expectOk(await look());
  expect(await count()).toBe(1);
  expectOk(await look({ ...own.admin, operator: 'bob', principal: 'user/bob' }));
  expect(await count()).toBe(2);
  fleet.advance(300_000);
  expectOk(await look());
  expect(await count()).toBe(3);
  expect(codesOf(await look(own.admin, 'pi-2'))).toEqual(['not_found']);
  expect(codesOf(await look({ ...own.admin, tenant: 'rival' }))).toEqual(['not_found']);
  expect(await count()).toBe(3);
});
