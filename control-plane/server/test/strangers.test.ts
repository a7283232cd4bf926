import {
  createClaimToken,
  createOperatorToken,
  DEVICE_ROOT,
  getOverview,
  getTrust,
  listAudit,
  listClaimTokens,
  listDevices,
  listOperatorTokens,
  listReleases,
  listRollouts,
  OPERATIONS,
  type Operation,
  PATHS,
  problemDocument,
  ROLES,
  type Role,
  startRollout,
} from '@wherry/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf, EMPTY_MODULE, publishTestReleases } from './support/publish-release.ts';
import { jsonRequest, SAMPLE_BODIES, samplePath } from './support/requests.ts';
import { startTestServer, type TestServer } from './support/start-test-server.ts';
import { claimTestDevice, type TestDevice } from './support/test-device.ts';

/** C2: a tenant never sees another's. The walk is made from OPERATIONS, so an operation that is added is walked. */
const ALL = Object.values<Operation>(OPERATIONS);
const GUARDED = ALL.filter(({ role }) => role !== 'none').map((operation) => [operation.id, operation] as const);

/** Made under a name that the caller chooses: for the stranger they are the stranger's own. */
const OWN_NAMES: ReadonlySet<string> = new Set(['listSecretRecipients', 'setSecret', 'removeSecret']);

describe('strangers', () => {
  let server: TestServer;
  let device: TestDevice;
  let params: Record<string, Record<string, string>>;
  /** Words of the owner's that must not show up anywhere else. */
  let owned: string[];

  beforeAll(async () => {
    server = await startTestServer();
    device = await claimTestDevice(server.httpUrl, server.admin, 'pi-1', { site: 'secret-site' });
    const { keys } = await publishTestReleases(server, ['1.0.0']);
    const rollout = await server.admin.call(startRollout, { body: { app: 'thermostat', version: '1.0.0' } });
    const token = await server.admin.call(createOperatorToken, { body: { name: 'owned-name', role: 'viewer' } });
    const claim = await server.admin.call(createClaimToken, { body: { labels: { site: 'secret-site' } } });
    params = {
      getRollout: { id: rollout.id },
      listRolloutMembers: { id: rollout.id },
      pauseRollout: { id: rollout.id },
      resumeRollout: { id: rollout.id },
      abortRollout: { id: rollout.id },
      removeOperatorToken: { id: token.id },
      removeClaimToken: { id: claim.id },
    };
    owned = ['secret-site', 'owned-name', 'pi-1', 'thermostat', rollout.id, keys.publisher.id, token.id, claim.id];
  });
  afterAll(() => server.remove());

  /** Everything the owner can see, to compare before and after. */
  async function snapshot(): Promise<string> {
    const seen = await Promise.all([
      server.admin.call(listDevices, {}),
      server.admin.call(listReleases, {}),
      server.admin.call(listRollouts, {}),
      server.admin.call(getTrust, {}),
      server.admin.call(listClaimTokens, {}),
      server.admin.call(listOperatorTokens, {}).then(({ items }) => items.map(({ id, name }) => [id, name])),
      server.admin.call(listAudit, {}),
    ]);
    return JSON.stringify(seen);
  }
  function send(operation: Operation, token?: string): Promise<Response> {
    const request = jsonRequest(operation, SAMPLE_BODIES[operation.id]);
    return server.fetch(samplePath(operation, params[operation.id]), { ...request, ...(token ? { token } : {}) });
  }
  async function expectProblem(answer: Response, status: number, code: string): Promise<void> {
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const text = await answer.text();
    const problem = problemDocument.parse(JSON.parse(text));
    expect([answer.status, problem.status, problem.code]).toEqual([status, status, code]);
    for (const word of owned.filter((word) => !answer.url.includes(word))) expect(text).not.toContain(word);
  }

  it.each(GUARDED)('%s: without a token', async (_id, operation) => {
    const answer = await send(operation);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    await expectProblem(answer, 401, 'unauthenticated');
  });

  it.each(GUARDED)('%s: with a token that is not one', async (_id, operation) => {
    // Another address each time: failures of one address are slowed down, which is another test.
    const headers = { 'x-forwarded-for': `192.0.2.${GUARDED.findIndex(([id]) => id === operation.id)}` };
    for (const token of ['wop1.AAAA', device.bearer, 'wct1.AAAA']) {
      const answer = await server.fetch(samplePath(operation), {
        ...jsonRequest(operation, SAMPLE_BODIES[operation.id]),
        headers: { ...headers, 'content-type': 'application/json' },
        token,
      });
      await expectProblem(answer, 401, 'unauthenticated');
    }
  });

  it.each(GUARDED.filter(([, { role }]) => ROLES.indexOf(role as Role) > 0))(
    '%s: with a lesser role',
    async (_id, operation) => {
      for (const role of ROLES.slice(0, ROLES.indexOf(operation.role as Role)))
        await expectProblem(await send(operation, await server.tokenFor(role)), 403, 'forbidden');
    },
  );

  it('the admin of another tenant sees nothing and changes nothing', async () => {
    const token = await server.tokenFor('admin', 'rival');
    const before = await snapshot();
    let made = '';
    for (const operation of ALL) {
      if (operation.role === 'none') continue;
      const answer = await send(operation, token);
      const text = await answer.text();
      expect(answer.status, `${operation.id}: ${text}`).toBeLessThan(500);
      if (operation.path.includes('{') && !OWN_NAMES.has(operation.id))
        expect([404, 409], `${operation.id}: ${text}`).toContain(answer.status);
      const asked = decodeURIComponent(answer.url) + JSON.stringify(SAMPLE_BODIES[operation.id] ?? '');
      // What the stranger made is in the stranger's own log and lists from then on.
      if (OWN_NAMES.has(operation.id)) made += asked;
      for (const word of owned.filter((word) => !`${asked}${made}`.includes(word)))
        expect(text, operation.id).not.toContain(word);
    }
    expect(await snapshot()).toBe(before);
    const rival = server.clientFor(token);
    const empty = await rival.call(getOverview, {});
    expect(empty.devices).toEqual({ total: 0, online: 0, failing: 0 });
    expect([empty.releases, empty.rollouts.running]).toEqual([0, 0]);
    expect((await rival.call(listDevices, {})).items).toEqual([]);
    expect((await rival.call(listReleases, {})).items).toEqual([]);
    expect((await rival.call(listRollouts, {})).items).toEqual([]);
  });

  it('blobs and streams are closed to strangers too', async () => {
    const digest = digestOf(EMPTY_MODULE);
    const rival = await server.tokenFor('admin', 'rival');
    const viewer = await server.tokenFor('viewer');
    expect((await server.fetch(PATHS.blob(digest), { method: 'HEAD' })).status).toBe(401);
    expect((await server.fetch(PATHS.blob(digest), { method: 'HEAD', token: rival })).status).toBe(404);
    expect((await server.fetch(PATHS.blob(digest), { method: 'HEAD', token: viewer })).status).toBe(200);
    await expectProblem(await server.fetch(PATHS.blob(digest), { method: 'PUT', body: 'x' }), 401, 'unauthenticated');
    await expectProblem(
      await server.fetch(PATHS.blob(digest), { method: 'PUT', body: 'x', token: viewer }),
      403,
      'forbidden',
    );
    await expectProblem(await server.fetch(PATHS.stream), 401, 'unauthenticated');
    await expectProblem(await server.fetch(PATHS.deviceLogs('pi-1')), 401, 'unauthenticated');
    await expectProblem(await server.fetch(PATHS.deviceLogs('pi-1'), { token: rival }), 404, 'not_found');
  });

  it("the device's side takes a device's credentials only, each for its own tenant", async () => {
    const paths = [
      PATHS.deviceDesired,
      PATHS.deviceRelease(digestOf(EMPTY_MODULE)),
      PATHS.deviceBlob(digestOf(EMPTY_MODULE)),
    ];
    for (const path of paths) {
      const wrong = [
        undefined,
        server.adminToken,
        'default/pi-1:',
        'default/pi-1:wrong',
        `rival/pi-1:${device.claim.secret}`,
        `default/pi-2:${device.claim.secret}`,
        `pi-1:${device.claim.secret}`,
      ];
      for (const token of wrong)
        await expectProblem(await server.fetch(path, token === undefined ? {} : { token }), 401, 'unauthenticated');
    }
    expect((await server.fetch(PATHS.deviceBlob(digestOf(EMPTY_MODULE)), { token: device.bearer })).status).toBe(200);
    await expectProblem(
      await server.fetch(`${DEVICE_ROOT}/blobs/..%2f..%2fadmin-token`, { token: device.bearer }),
      404,
      'not_found',
    );
    await expectProblem(
      await server.fetch(PATHS.deviceRelease('sha256:x'), { token: device.bearer }),
      404,
      'not_found',
    );
  });
});
