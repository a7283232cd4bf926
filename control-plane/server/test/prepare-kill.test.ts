import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, OPERATIONS } from '@wherry/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { provisionDevices } from '../src/provisioning.ts';
import { eventually } from './support/eventually.ts';
import { publishTestReleases } from './support/publish-release.ts';
import { type ServerProcess, spawnServer } from './support/spawn-server.ts';

/** A large rollout is written in batches: a process that is killed between two of them loses none and doubles none. */
const DEVICES = 4_000;
const ARGS = ['--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0', '--log-level', 'error'];

let dataDir: string;
let server: ServerProcess;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'wherry-prepare-'));
  const one = { target: 'rpi4', arch: 'arm64', labels: {}, reportKey: 'unused' };
  await provisionDevices(
    dataDir,
    Array.from({ length: DEVICES }, (_, index) => ({ ...one, device: `pi-${index}`, secret: `${index}` })),
  );
  server = await spawnServer(['--data', dataDir, ...ARGS]);
});
afterAll(async () => {
  await server.end('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

it('is prepared by the next process', async () => {
  const adminToken = (await readFile(server.adminTokenFile, 'utf8')).trim();
  const adminOf = (): Client => createClient({ origin: server.http, token: adminToken });
  const request = (path: string, { token, ...init }: RequestInit & { token?: string } = {}) =>
    fetch(server.http + path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
  await publishTestReleases({ admin: adminOf(), adminToken, fetch: request }, ['1.0.0']);
  const body = { app: 'thermostat', version: '1.0.0', waves: [{ size: { share: 1 } }] };
  const { id, state } = await adminOf().call(OPERATIONS.startRollout, { body: body as never });
  expect(state).toBe('preparing');
  await server.end('SIGKILL');
  server = await spawnServer(['--data', dataDir, ...ARGS]);
  const rollout = await eventually(
    'its beginning',
    async () => {
      const seen = await adminOf().call(OPERATIONS.getRollout, { params: { id } });
      return seen.state === 'running' && seen;
    },
    30_000,
  );
  const devices = new Set<string>();
  const states = new Map<string, number>();
  for (let cursor: string | undefined; ; ) {
    const query = { limit: 500, ...(cursor === undefined ? {} : { cursor }) };
    const page = await adminOf().call(OPERATIONS.listRolloutMembers, { params: { id }, query });
    for (const member of page.items) {
      devices.add(member.device);
      states.set(member.state, (states.get(member.state) ?? 0) + 1);
    }
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  expect(devices.size).toBe(DEVICES);
  for (const [name, count] of states)
    expect([name, rollout.waves[0]?.counts[name as 'pending']]).toEqual([name, count]);
});
