import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, listDevices, PATHS } from '@wherry/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from './support/publish-release.ts';
import { connectPacket, openRaw } from './support/raw-mqtt.ts';
import { type ServerProcess, spawnServer } from './support/spawn-server.ts';
import { claimTestDevice, type TestDevice } from './support/test-device.ts';

const BIN = fileURLToPath(new URL('../bin/wherry-server.js', import.meta.url));

describe('the process', () => {
  let dataDir: string;
  let server: ServerProcess;
  let token: string;
  let device: TestDevice;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'wherry-process-'));
    server = await spawnServer(['--data', dataDir, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0']);
    token = (await readFile(server.adminTokenFile, 'utf8')).trim();
    device = await claimTestDevice(server.http, createClient({ origin: server.http, token }), 'pi-1');
  });
  afterAll(async () => {
    await server.end('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  async function run(args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
    const child = spawn(process.execPath, [BIN, ...args], { env: { PATH: process.env.PATH ?? '' } });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, out, err };
  }
  async function isWell(): Promise<boolean> {
    const client = createClient({ origin: server.http, token });
    return (await client.call(listDevices, {})).total === 1 && !server.log().includes('"level":60');
  }

  it('explains itself', async () => {
    const { code, out } = await run(['--help']);
    expect([code, out]).toEqual([0, expect.stringContaining('--data DIR')]);
  });

  it('says in sentences what is wrong with how it was started', async () => {
    const { code, out, err } = await run(['--http', 'here', '--mqtt', '127.0.0.1:99999']);
    expect([code, out, err.trim().split('\n').length]).toEqual([2, '', 3]);
    expect(err).not.toContain('    at ');
  });

  it('says that an address is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const folder = await mkdtemp(join(tmpdir(), 'wherry-taken-'));
    const { code, out, err } = await run(['--data', folder, '--http', `127.0.0.1:${port}`, '--mqtt', '127.0.0.1:0']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('Another program listens there');
    other.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps the admin token to its user', async () => {
    expect((await stat(server.adminTokenFile)).mode & 0o777).toBe(0o600);
    expect((await stat(dataDir)).mode & 0o077).toBe(0);
  });

  it('survives readers and writers that go away in the middle', async () => {
    const bytes = randomBytes(8 * 1024 * 1024);
    const headers = { authorization: `Bearer ${token}` };
    const put = await fetch(server.http + PATHS.blob(digestOf(bytes)), { method: 'PUT', headers, body: bytes });
    expect(put.status).toBe(201);
    for (let round = 0; round < 10; round += 1) {
      const stop = new AbortController();
      const answer = await fetch(server.http + PATHS.deviceBlob(digestOf(bytes)), {
        headers: { authorization: `Bearer ${device.bearer}` },
        signal: stop.signal,
      });
      await answer.body?.getReader().read();
      stop.abort();
      const stream = await fetch(server.http + PATHS.stream, { headers, signal: AbortSignal.timeout(1000) });
      await stream.body?.cancel();
    }
    const other = randomBytes(1024 * 1024);
    for (let round = 0; round < 5; round += 1) {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(other.subarray(0, 200_000)));
        },
        pull: () => Promise.reject(new Error('the publisher lost its line')),
      });
      const upload = fetch(server.http + PATHS.blob(digestOf(other)), {
        method: 'PUT',
        headers,
        body,
        duplex: 'half',
      } as RequestInit);
      await expect(upload).rejects.toThrow();
    }
    const head = await fetch(server.http + PATHS.blob(digestOf(other)), { method: 'HEAD', headers });
    expect(head.status).toBe(404);
    expect(await isWell()).toBe(true);
  });

  it('survives noise on both of its ports', async () => {
    for (const url of [server.http, server.mqtt]) {
      for (let round = 0; round < 20; round += 1) {
        const peer = await openRaw(url);
        peer.socket.write(
          round % 2 === 0 ? randomBytes(2000) : 'GET /%%% HTTP/1.1\r\nHost: \0\r\nContent-Length: -1\r\n\r\n',
        );
        peer.socket.end();
        await peer.closed;
      }
    }
    for (let round = 0; round < 20; round += 1) {
      const peer = await openRaw(server.mqtt);
      peer.socket.write(connectPacket({ clientId: device.name, userName: device.name, password: device.claim.secret }));
      if (round % 2 === 0) peer.socket.resetAndDestroy();
      else peer.socket.end(randomBytes(500));
      await peer.closed;
    }
    expect(await isWell()).toBe(true);
  });
});
