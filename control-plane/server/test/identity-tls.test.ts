import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { createClaimToken, listDeviceEvents, OPERATIONS, PATHS } from '@wherry/protocol';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAuthority } from '../src/ca/open-authority.ts';
import { makeDeviceKey } from '../src/ca/testing/device-key.ts';
import { eventually } from './support/eventually.ts';
import { attempt, connectDevice } from './support/mqtt-device.ts';
import { startTestServer, type TestServer } from './support/start-test-server.ts';
import { ask, type ClientTls, claimBody, claimOverTls, type SecuredDevice } from './support/tls-client.ts';

/** Who gets in by which certificate: the whole server with its own authority, over real handshakes. */
const DAY_MS = 86_400_000;
const WITHIN_MS = 60_000;
const HERE = { host: '127.0.0.1', port: 0 };
let server: TestServer;
let ca: string;
let https: string;
let mqtts: string;

beforeAll(async () => {
  server = await startTestServer({ https: HERE, mqtts: HERE });
  https = server.httpsUrl ?? '';
  mqtts = server.mqttsUrl ?? '';
  ca = server.context.authority?.certificatePem ?? '';
});
afterAll(() => server.remove());

const claim = (device: string) => claimOverTls(https, ca, server.admin, device);
const desired = (tls: ClientTls, headers = {}) => ask(https + PATHS.deviceDesired, tls, { headers });
const connack = ({ name, tls }: SecuredDevice) => attempt(mqtts, name, '', { ...tls });
const connected = ({ name, tls }: SecuredDevice) => connectDevice(mqtts, name, '', { ...tls });
const params = (device: string) => ({ params: { device: device as never } });
const events = async (device: string) =>
  (await server.admin.call(listDeviceEvents, params(device))).items.map(({ name }) => name);

/** A certificate of the true authority, in the books or not, with any life. */
async function certified(device: string, notAfterMs: number, isInBooks = true): Promise<SecuredDevice> {
  const authority = await openAuthority(server.dataDir, Date.now());
  const { csr, keyPem } = await makeDeviceKey();
  const key = await authority.readRequest(csr);
  if (!key.ok) throw new Error('the request is good');
  const order = { tenant: 'default', device, publicKey: key.value, notBeforeMs: Date.now() - 200 * DAY_MS, notAfterMs };
  const { serial, pem } = await authority.issueDevice(order);
  const book = {
    serial,
    tenant: 'default',
    device,
    keyHash: serial,
    pem,
    authority: null,
    issuedAtMs: 1,
    expiresAtMs: notAfterMs,
  };
  if (isInBooks) await server.context.store.certificates.add({ ...book, revokedAtMs: null });
  return {
    name: `default/${device}`,
    device,
    boot: 'b'.repeat(32) as never,
    mqttUrl: mqtts,
    tls: { ca, cert: pem, key: keyPem },
  };
}

function birth(client: MqttClient, { name }: SecuredDevice, boot: string): Promise<unknown> {
  const payload = JSON.stringify({ status: 'online', boot });
  return client.publishAsync(`wherry/v1/${name}/presence`, payload, { qos: 1 });
}

describe('a listener with TLS', () => {
  it('is TLS 1.3 and shows a certificate of the authority that tokens pin', async () => {
    const answer = await ask(https + PATHS.authority, { ca });
    expect(answer).toMatchObject({ status: 200, text: ca });
    await expect(ask(https + PATHS.authority, { ca, maxVersion: 'TLSv1.2' } as ClientTls)).rejects.toThrow();
    const { token } = await server.admin.call(createClaimToken, { body: {} });
    const fingerprint = new X509Certificate(ca).fingerprint256.replaceAll(':', '').toLowerCase();
    expect(Buffer.from(token.slice(5), 'base64url').toString().split('|')[2]).toBe(fingerprint);
  });

  it('serves operators without a certificate', async () => {
    const headers = { authorization: `Bearer ${server.adminToken}` };
    expect((await ask(`${https}/api/v1/devices`, { ca }, { headers })).status).toBe(200);
  });

  it('lets a device in by its certificate, and tells it of the listener with TLS', async () => {
    const one = await claim('pi-1');
    expect(one.mqttUrl).toBe(mqtts);
    expect((await desired(one.tls)).status).toBe(200);
    const client = await connected(one);
    await eventually(
      'the device online',
      async () => (await server.admin.call(OPERATIONS.getDevice, params('pi-1'))).online,
      WITHIN_MS,
    );
    await client.endAsync(true);
  });

  it('knows it again in a connection that resumes the session of another', async () => {
    const one = await claim('pi-12');
    const { hostname, port } = new URL(https);
    const request = `GET ${PATHS.deviceDesired} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`;
    const over = (session?: Buffer) =>
      new Promise<{ isResumed: boolean; status: string; next: Buffer | undefined }>((resolve, reject) => {
        const socket = connect({ host: hostname, port: Number(port), ...one.tls, ...(session && { session }) });
        let [text, next]: [string, Buffer | undefined] = ['', undefined];
        socket.on('session', (ticket) => {
          next = ticket;
        });
        let isResumed = false;
        socket.on('secureConnect', () => {
          isResumed = socket.isSessionReused();
          socket.write(request);
        });
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        socket.on('error', reject);
        socket.on('close', () => resolve({ isResumed, status: text.slice(9, 12), next }));
      });
    const first = await over();
    expect(first).toMatchObject({ isResumed: false, status: '200' });
    expect(await over(first.next)).toMatchObject({ isResumed: true, status: '200' });
    await server.admin.call(OPERATIONS.removeDevice, params('pi-12'));
    expect(await over(first.next)).toMatchObject({ isResumed: true, status: '401' });
  });

  it('takes no claim without a request, and no secret for an identity', async () => {
    const { token } = await server.admin.call(createClaimToken, { body: { device: 'pi-2' } });
    const { csr: _, ...body } = claimBody(token, '') as { csr: string };
    const bare = await ask(https + PATHS.claim, { ca }, { method: 'POST', json: body });
    expect([bare.status, bare.code]).toEqual([401, 'certificate_needed']);
    const plain = await server.fetch(PATHS.claim, { method: 'POST', body: JSON.stringify(body) });
    const { secret } = (await plain.json()) as { secret: string };
    expect(plain.status).toBe(201);
    const bearer = { authorization: `Bearer default/pi-2:${secret}` };
    expect((await server.fetch(PATHS.deviceDesired, { headers: bearer })).status).toBe(200);
    const refused = await desired({ ca }, bearer);
    expect([refused.status, refused.code]).toEqual([401, 'certificate_needed']);
    expect(await attempt(mqtts, 'default/pi-2', secret, { ca })).not.toBe(0);
  });

  it('lets one of a hundred that claim at once have the device', async () => {
    const { token } = await server.admin.call(createClaimToken, { body: {} });
    const { csr } = await makeDeviceKey();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const headers = { 'x-forwarded-for': `203.0.113.${index}` };
        return ask(https + PATHS.claim, { ca }, { method: 'POST', headers, json: claimBody(token, csr) });
      }),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.flatMap(({ code }) => code ?? []))).toEqual(new Set(['claim_token_used']));
  });
});

describe('kept out of both listeners', () => {
  async function expectOut(device: SecuredDevice, code: string): Promise<void> {
    const answer = await desired(device.tls);
    expect(answer.code).toBe(code);
    expect(await connack(device)).not.toBe(0);
  }

  it('a stranger without a certificate', async () => {
    expect(await attempt(mqtts, 'default/pi-1', '', { ca })).toBe('closed');
    expect((await desired({ ca })).code).toBe('certificate_needed');
  });

  it('a certificate of another authority, whatever name it has', async () => {
    const other = await startTestServer({ https: HERE, mqtts: HERE });
    const stranger = await claimOverTls(
      other.httpsUrl ?? '',
      other.context.authority?.certificatePem ?? '',
      other.admin,
      'pi-1',
    );
    await other.remove();
    await expectOut({ ...stranger, tls: { ...stranger.tls, ca } }, 'certificate_needed');
    await expect(ask(https + PATHS.authority, stranger.tls)).rejects.toThrow();
  });

  it('one that was issued and is not in the books', async () => {
    await claim('pi-3');
    await expectOut(await certified('pi-3', Date.now() + DAY_MS, false), 'unauthenticated');
  });

  it('one that has expired', async () => {
    await claim('pi-4');
    await expectOut(await certified('pi-4', Date.now() - 60_000), 'expired');
  });

  it('another device’s name', async () => {
    const one = await claim('pi-5');
    await claim('pi-6');
    expect(await attempt(mqtts, 'default/pi-6', '', { ...one.tls })).not.toBe(0);
    expect(await connack(one)).toBe(0);
  });

  it('a device that was removed, whose session ends', async () => {
    const one = await claim('pi-7');
    const client = await connected(one);
    await server.admin.call(OPERATIONS.removeDevice, params('pi-7'));
    await eventually('the end of the session', () => !client.connected, WITHIN_MS);
    await expectOut(one, 'unauthenticated');
  });

  it('the identity before a new claim, whose session ends', async () => {
    const old = await claim('pi-8');
    const client = await connected(old);
    const { token } = await server.admin.call(OPERATIONS.reclaimDevice, { ...params('pi-8'), body: {} });
    const { csr, keyPem } = await makeDeviceKey();
    const answer = await ask(https + PATHS.claim, { ca }, { method: 'POST', json: claimBody(token, csr) });
    await eventually('the end of the session', () => !client.connected, WITHIN_MS);
    await expectOut(old, 'certificate_revoked');
    const next = { ...old, tls: { ca, key: keyPem, cert: JSON.parse(answer.text).certificate as string } };
    expect([(await desired(next.tls)).status, await connack(next)]).toEqual([200, 0]);
  });

  it('both of two machines with one identity, until an operator decides', async () => {
    const one = await claim('pi-9');
    const [first, second] = [await connected(one), await connected(one)];
    await eventually('the second takes over', () => !first.connected, WITHIN_MS);
    await birth(second, one, 'd'.repeat(32));
    const third = await connected(one);
    await birth(third, one, 'c'.repeat(32));
    const fourth = await connected(one);
    // Its acknowledgement may not come: the session ends with what it tells.
    birth(fourth, one, 'd'.repeat(32)).catch(() => {});
    await eventually('the alarm', async () => (await events('pi-9')).includes('device_cloned'), WITHIN_MS);
    await eventually('the end of the session', () => !fourth.connected, WITHIN_MS);
    await expectOut(one, 'device_quarantined');
    await server.admin.call(OPERATIONS.resolveDevice, params('pi-9'));
    expect([(await desired(one.tls)).status, await connack(one)]).toEqual([200, 0]);
  });
});

describe('renewal', () => {
  const renew = async (tls: ClientTls) => {
    const key = await makeDeviceKey();
    const again = () => ask(https + PATHS.deviceCertificate, tls, { method: 'POST', json: { csr: key.csr } });
    return { key, again, answer: await again() };
  };

  it('is asked for with the certificate, and with nothing else', async () => {
    const one = await claim('pi-10');
    const { answer, key, again } = await renew(one.tls);
    expect(answer.status).toBe(201);
    const { certificate: cert } = JSON.parse(answer.text) as { certificate: string };
    expect((await again()).text).toBe(answer.text);
    expect((await desired({ ca, cert, key: key.keyPem })).status).toBe(200);
    expect((await renew({ ca })).answer.code).toBe('certificate_needed');
    const bad = await ask(https + PATHS.deviceCertificate, one.tls, { method: 'POST', json: { csr: 'x' } });
    expect(bad.code).toBe('invalid_body');
    expect((await server.fetch(PATHS.deviceCertificate, { method: 'POST', body: '{}' })).status).toBe(401);
  });

  it('is all that an expired one can ask for, and waits for an operator', async () => {
    await claim('pi-11');
    const expired = await certified('pi-11', Date.now() - DAY_MS);
    const { answer, again, key } = await renew(expired.tls);
    expect(answer.code).toBe('approval_needed');
    await server.admin.call(OPERATIONS.resolveDevice, params('pi-11'));
    const approved = await again();
    expect(approved.status).toBe(201);
    const { certificate: cert } = JSON.parse(approved.text) as { certificate: string };
    expect((await desired({ ca, cert, key: key.keyPem })).status).toBe(200);
    const late = await certified('pi-11', Date.now() - 31 * DAY_MS);
    expect((await renew(late.tls)).answer.code).toBe('expired');
  });
});
