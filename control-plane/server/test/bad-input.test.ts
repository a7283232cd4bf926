import { LIMITS, OPERATIONS, type Operation, PATHS, problemDocument } from '@wherry/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from './support/publish-release.ts';
import { jsonRequest, SAMPLE_BODIES, samplePath } from './support/requests.ts';
import { startTestServer, type TestServer } from './support/start-test-server.ts';

const ALL = Object.values<Operation>(OPERATIONS).map((operation) => [operation.id, operation] as const);
const WITH_BODY = ALL.filter(([, { body }]) => body);
const WITH_QUERY = ALL.filter(([, { query }]) => query && Object.keys(query.shape).includes('limit'));
const WITH_PARAMS = ALL.filter(([, { params }]) => params);

describe('bad input', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.remove());

  async function refused(path: string, init: RequestInit, code: string, status: number) {
    const answer = await server.fetch(path, { ...init, token: server.adminToken });
    const problem = problemDocument.parse(await answer.json());
    expect([problem.code, answer.status]).toEqual([code, status]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(problem.requestId).toMatch(/^\S{8,}$/);
    return problem;
  }

  it.each(WITH_BODY)('%s refuses a body that does not fit', async (_id, operation) => {
    const path = samplePath(operation);
    const problem = await refused(path, jsonRequest(operation, []), 'invalid_body', 400);
    expect(problem.problems?.length).toBeGreaterThan(0);
    await refused(path, jsonRequest(operation, 'text'), 'invalid_body', 400);
    await refused(path, jsonRequest(operation, null), 'invalid_body', 400);
  });

  it.each(WITH_BODY)('%s refuses a body that is not JSON, or not said to be', async (_id, operation) => {
    const path = samplePath(operation);
    const method = operation.method.toUpperCase();
    const json = { 'content-type': 'application/json' };
    await refused(path, { method, headers: json, body: '{"a":' }, 'invalid_body', 400);
    await refused(path, { method, headers: json, body: '' }, 'invalid_body', 400);
    const fitting = JSON.stringify(SAMPLE_BODIES[operation.id]);
    await refused(path, { method, headers: { 'content-type': 'text/plain' }, body: fitting }, 'invalid_body', 400);
    await refused(
      path,
      { method, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' },
      'invalid_body',
      400,
    );
  });

  it.each(WITH_BODY)('%s refuses a body that is too large', async (_id, operation) => {
    const body = JSON.stringify({ filler: 'x'.repeat(LIMITS.jsonBodyBytes) });
    const init = { method: operation.method.toUpperCase(), headers: { 'content-type': 'application/json' } };
    await refused(samplePath(operation), { ...init, body }, 'payload_too_large', 413);
    // Without a declared length: the bytes are counted as they come.
    const stream = new Blob([body]).stream();
    await refused(
      samplePath(operation),
      { ...init, body: stream, duplex: 'half' } as RequestInit,
      'payload_too_large',
      413,
    );
  });

  it.each(WITH_QUERY)('%s refuses a query that does not fit', async (_id, operation) => {
    for (const query of [
      'limit=0',
      `limit=${LIMITS.pageSizeMax + 1}`,
      'limit=many',
      'limit=1.5',
      `cursor=${'x'.repeat(513)}`,
    ]) {
      if (query.startsWith('cursor') && !Object.hasOwn(operation.query?.shape ?? {}, 'cursor')) continue;
      const problem = await refused(`${samplePath(operation)}?${query}`, { method: 'GET' }, 'invalid_query', 400);
      expect(problem.problems?.[0]?.path).toBe(`/${query.split('=')[0]}`);
    }
  });

  it.each(WITH_PARAMS)('%s refuses names that are none', async (_id, operation) => {
    const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    for (const name of names) {
      const path = samplePath(operation, { [name]: `${'X/..'.repeat(30)}` });
      const answer = await server.fetch(path, {
        ...jsonRequest(operation, SAMPLE_BODIES[operation.id]),
        token: server.adminToken,
      });
      const problem = problemDocument.parse(await answer.json());
      expect(['invalid_query', 'not_found']).toContain(problem.code);
      expect(problem.status).toBeLessThan(500);
    }
  });

  it('lists everything that is wrong, each with its path', async () => {
    const { startRollout } = OPERATIONS;
    const body = { app: 'No Name', version: 'x', waves: [{ size: { count: 0 } }], gate: { maxFailureRate: 2 } };
    const problem = await refused(samplePath(startRollout), jsonRequest(startRollout, body), 'invalid_body', 400);
    const paths = problem.problems?.map(({ path }) => path) ?? [];
    expect(paths).toEqual(expect.arrayContaining(['/app', '/version', '/gate/maxFailureRate']));
    expect(paths.some((path) => path?.startsWith('/waves/0/size'))).toBe(true);
  });

  it('answers what is not there with not_found, by any method', async () => {
    for (const path of ['/api/v1/nothing', '/api/v1', '/api/v1/devices/pi-1/nothing'])
      for (const method of ['GET', 'POST', 'DELETE', 'PUT']) await refused(path, { method }, 'not_found', 404);
  });

  it('keeps nothing of a blob whose digest is another', async () => {
    const digest = digestOf(Buffer.from('what was promised'));
    const init = { method: 'PUT', body: 'what came' };
    await refused(PATHS.blob(digest), init, 'digest_mismatch', 422);
    expect((await server.fetch(PATHS.blob(digest), { method: 'HEAD', token: server.adminToken })).status).toBe(404);
    await refused(PATHS.blob('sha256:short'), init, 'invalid_query', 400);
    await refused(PATHS.blob('sha256:..%2f..%2fadmin-token'), init, 'invalid_query', 400);
  });

  it('tells nothing of the inside when it fails, and logs it with the request id', async () => {
    const broken = await startTestServer();
    await broken.context.store.close();
    const answer = await broken.fetch('/api/v1/devices', { token: broken.adminToken });
    const text = await answer.text();
    const problem = problemDocument.parse(JSON.parse(text));
    expect([answer.status, problem.code]).toEqual([500, 'internal']);
    expect(text).not.toMatch(/sqlite|database|\.ts|TypeError|stack| at /i);
    expect(broken.logLines().some((line) => line.includes(problem.requestId ?? 'none'))).toBe(true);
    const ready = await broken.fetch('/readyz');
    expect([ready.status, await ready.json()]).toMatchObject([503, { checks: { store: false, broker: true } }]);
    await broken.remove().catch(() => {});
  });
});
