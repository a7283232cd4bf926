import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, OPERATIONS, PATHS, problemDocument, signedCommand, type TenantId } from '@wherry/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { connectDevice } from './support/mqtt-device.ts';
import { digestOf, putTestBlob } from './support/publish-release.ts';
import { readEvents } from './support/read-events.ts';
import { startTestServer, type TestServer } from './support/start-test-server.ts';
import { claimTestDevice, type TestDevice } from './support/test-device.ts';

describe('the HTTP edge', () => {
  let server: TestServer;
  let device: TestDevice;
  let dashboardDir: string;
  beforeAll(async () => {
    dashboardDir = await mkdtemp(join(tmpdir(), 'wherry-dashboard-'));
    server = await startTestServer({ dashboardDir });
    device = await claimTestDevice(server.httpUrl, server.admin, 'pi-1');
  });
  afterAll(async () => {
    await server.remove();
    await rm(dashboardDir, { recursive: true, force: true });
  });

  describe('headers', () => {
    it.each(['/healthz', '/api/v1/devices', '/docs', '/', '/openapi.json'])('protect %s', async (path) => {
      const { headers } = await server.fetch(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/);
      expect(headers.get('x-powered-by')).toBeNull();
    });

    it('take no request id that could break a log line', async () => {
      const answer = await server.fetch('/api/v1/nothing', { headers: { 'x-request-id': 'a"b{}' } });
      expect(problemDocument.parse(await answer.json()).requestId).not.toContain('"');
    });
  });

  describe('blobs', () => {
    const bytes = randomBytes(300_000);
    const digest = digestOf(bytes);
    const get = (headers: Record<string, string> = {}, method = 'GET') =>
      server.fetch(PATHS.deviceBlob(digest), { method, headers, token: device.bearer });

    it('are kept once, and read whole', async () => {
      expect((await putTestBlob(server, bytes)).status).toBe(201);
      expect((await putTestBlob(server, bytes)).status).toBe(201);
      const answer = await get();
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
      expect(answer.headers.get('etag')).toBe(`"${digest}"`);
      expect(answer.headers.get('accept-ranges')).toBe('bytes');
      const head = await server.fetch(PATHS.blob(digest), { method: 'HEAD', token: server.adminToken });
      expect([head.status, head.headers.get('content-length')]).toEqual([200, '300000']);
    });

    it('are read in parts, as RFC 9110 says', async () => {
      const part = await get({ range: 'bytes=100000-100009' });
      expect([part.status, part.headers.get('content-range'), part.headers.get('content-length')]).toEqual([
        206,
        'bytes 100000-100009/300000',
        '10',
      ]);
      expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100_000, 100_010))).toBe(true);
      const tail = await get({ range: 'bytes=299990-', 'if-range': `"${digest}"` });
      expect([tail.status, Buffer.from(await tail.arrayBuffer()).equals(bytes.subarray(299_990))]).toEqual([206, true]);
      const beyond = await get({ range: 'bytes=300000-' });
      expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */300000']);
      const other = await get({ range: 'bytes=0-9', 'if-range': '"sha256:other"' });
      expect([other.status, (await other.arrayBuffer()).byteLength]).toEqual([200, 300_000]);
      expect((await get({ 'if-none-match': `"${digest}"` })).status).toBe(304);
    });

    it('put together from parts are the whole', async () => {
      const parts: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += 70_000)
        parts.push(Buffer.from(await (await get({ range: `bytes=${at}-${at + 69_999}` })).arrayBuffer()));
      expect(digestOf(Buffer.concat(parts))).toBe(digest);
    });
  });

  describe('desired state', () => {
    it('has its generation as tag', async () => {
      const answer = await server.fetch(PATHS.deviceDesired, { token: device.bearer });
      expect(answer.status).toBe(200);
      const etag = answer.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"\d+"$/);
      const same = await server.fetch(PATHS.deviceDesired, {
        token: device.bearer,
        headers: { 'if-none-match': etag },
      });
      expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', etag]);
    });

    it('stops for a device whose secret was guessed at too often, and for no other behind its address', async () => {
      const other = await claimTestDevice(server.httpUrl, server.admin, 'pi-neighbour');
      const headers = { 'x-forwarded-for': '192.0.2.99' };
      const statuses: number[] = [];
      for (let tries = 0; tries < 24; tries += 1)
        statuses.push((await server.fetch(PATHS.deviceDesired, { headers, token: 'default/pi-guessed:wrong' })).status);
      expect([statuses[0], statuses.at(-1)]).toEqual([401, 429]);
      expect((await server.fetch(PATHS.deviceDesired, { headers, token: other.bearer })).status).toBe(200);
    });
  });

  describe('streams', () => {
    it('tell of changes of the own tenant, narrowed when asked', async () => {
      const [all, one, rival] = await Promise.all(
        [
          [PATHS.stream, server.adminToken],
          [`${PATHS.stream}?device=pi-1`, server.adminToken],
          [PATHS.stream, await server.tokenFor('viewer', 'rival')],
        ].map(async ([path = '', token = '']) => readEvents(await server.fetch(path, { token }))),
      );
      server.context.changes.emit('default', { type: 'device', device: 'pi-2' } as never);
      server.context.changes.emit('default', { type: 'device', device: 'pi-1' } as never);
      server.context.changes.emit('rival', { type: 'release' });
      expect(await all?.next('device')).toEqual({ type: 'device', device: 'pi-2' });
      expect(await one?.next('device')).toEqual({ type: 'device', device: 'pi-1' });
      await rival?.next('release');
      expect(rival?.seen()).toEqual(['release']);
      await Promise.all([all?.close(), one?.close(), rival?.close()]);
    });

    it('of a log ask the device for it, and carry its lines to those who asked', async () => {
      const client = await connectDevice(server.mqttUrl, device.name, device.claim.secret);
      const commands: Command[] = [];
      client.on('message', (_topic, payload) =>
        commands.push(signedCommand.parse(JSON.parse(payload.toString())).command),
      );
      await client.subscribeAsync(`wherry/v1/${device.name}/command/+`, { qos: 1 });
      await client.publishAsync(device.topic('presence'), device.birth(), { qos: 1 });
      const all = readEvents(await server.fetch(PATHS.stream, { token: server.adminToken }));
      const logs = readEvents(await server.fetch(PATHS.deviceLogs('pi-1'), { token: server.adminToken }));
      await eventually('the command', () => commands.find(({ kind }) => kind === 'logs'));
      const line = { app: 'thermostat', atMs: 1, stream: 'log', level: 'info', text: 'warm' };
      client.publish(device.topic('log'), JSON.stringify({ lines: [line] }), { qos: 0 });
      expect(await logs.next('log')).toMatchObject({ device: 'pi-1', batch: { lines: [line] } });
      server.context.changes.emit('default', { type: 'release' });
      await all.next('release');
      expect(all.seen()).not.toContain('log');
      await Promise.all([all.close(), logs.close(), client.endAsync(true)]);
    });

    it('refuse what they do not know', async () => {
      expect((await server.fetch(`${PATHS.stream}?device=NO`, { token: server.adminToken })).status).toBe(400);
      expect((await server.fetch(PATHS.deviceLogs('nobody'), { token: server.adminToken })).status).toBe(404);
    });
  });

  describe('pages', () => {
    it('say how the dashboard is built when it is not', async () => {
      const page = await server.fetch('/devices/pi-1');
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(await page.text()).toContain('npm run build');
    });

    it('are the dashboard when it is built, by any path of it', async () => {
      await mkdir(join(dashboardDir, 'assets'));
      await writeFile(join(dashboardDir, 'index.html'), '<title>dashboard</title>');
      await writeFile(join(dashboardDir, 'assets', 'app-1.js'), 'let x');
      for (const path of ['/', '/devices/pi-1', '/rollouts?state=running'])
        expect(await (await server.fetch(path)).text()).toContain('dashboard');
      const script = await server.fetch('/assets/app-1.js');
      expect([script.headers.get('content-type'), script.headers.get('cache-control')]).toEqual([
        expect.stringContaining('javascript'),
        expect.stringContaining('immutable'),
      ]);
      expect((await server.fetch('/assets/gone.js')).status).toBe(404);
      for (const path of ['/..%2fadmin-token', '/%2e%2e/admin-token', '/assets/..%2f..%2fadmin-token'])
        expect(await (await server.fetch(path)).text()).not.toContain('wop1.');
    });

    it('of the API reference need no other machine', async () => {
      const page = await (await server.fetch('/docs')).text();
      const sources = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source = '']) => source);
      expect(sources.length).toBeGreaterThan(2);
      for (const source of sources) {
        expect(source).toMatch(/^\/docs\//);
        expect((await server.fetch(source)).status).toBe(200);
      }
    });
  });

  describe('watching the process', () => {
    it('says that it lives and can work', async () => {
      expect((await server.fetch('/healthz')).status).toBe(200);
      const ready = await server.fetch('/readyz');
      expect([ready.status, await ready.json()]).toEqual([
        200,
        { status: 'ready', checks: { store: true, broker: true } },
      ]);
    });

    it('gives its figures', async () => {
      const text = await (await server.fetch('/metrics')).text();
      for (const line of [
        'wherry_devices{online="true"}',
        'wherry_rollouts{state="running"} 0',
        'wherry_ack_latency_seconds_bucket',
        'wherry_http_request_seconds_count{method="GET",route="/healthz",status="200"}',
        'process_resident_memory_bytes',
      ])
        expect(text).toContain(line);
      expect(text).not.toMatch(/wop1|wct1|pi-1/);
    });

    it('gives those of each tenant to who may list tenants, and names none to others', async () => {
      await server.admin.call(OPERATIONS.addTenant, { body: { tenant: 'acme' as TenantId } });
      const metrics = async (token?: string) => {
        const answer = await server.fetch('/metrics', token === undefined ? {} : { token });
        return { status: answer.status, text: await answer.text() };
      };
      const watcher = await server.admin.call(OPERATIONS.createOperatorToken, {
        body: { name: 'prometheus', role: 'admin', scopes: ['tenants:read'] },
      });
      const each = await metrics(watcher.token);
      expect(each.status).toBe(200);
      expect(each.text).toContain('wherry_devices{tenant="acme",online="true"} 0');
      expect(each.text).toContain('wherry_devices{tenant="default",online="false"} ');
      expect(each.text).toContain('process_resident_memory_bytes');
      const inAll = await metrics();
      expect(inAll.status).toBe(200);
      expect(inAll.text).not.toContain('acme');
      const codeOf = async (token: string) => problemDocument.parse(JSON.parse((await metrics(token)).text)).code;
      expect(await codeOf(await server.tokenFor('operator'))).toBe('forbidden');
      expect(await codeOf(await server.tokenFor('admin', 'acme'))).toBe('forbidden');
      expect(await codeOf('wop1.nobody')).toBe('unauthenticated');
    });
  });
});
