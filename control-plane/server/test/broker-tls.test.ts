import { connect, type TLSSocket } from 'node:tls';
import { succeed } from '@wherry/protocol';
import type { IClientOptions } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmbeddedBroker, type EmbeddedBroker } from '../src/broker/embedded/embedded-broker.ts';
import type { DeviceCertificate } from '../src/broker/port.ts';
import { eventually } from './support/eventually.ts';
import { attempt, connectDevice } from './support/mqtt-device.ts';
import { type KeyAndCertificate, makeTestAuthority, type TestAuthority } from './support/test-authority.ts';

/** Who is let in by a certificate, over real handshakes. */
const NAME = 'acme/pi-1';
const authority = await makeTestAuthority();
const device = await authority.device(NAME);

describe('mutual TLS of the embedded broker', () => {
  let broker: EmbeddedBroker;
  let url: string;
  let shown: (DeviceCertificate & { readonly device: string })[];
  let violations: string[];
  let revoked: ReadonlySet<string>;

  const listenerOf = ({ server, caPem }: TestAuthority) => ({ ...server, clientCaPem: caPem });

  beforeEach(async () => {
    shown = [];
    violations = [];
    revoked = new Set();
    broker = createEmbeddedBroker({
      plain: { host: '127.0.0.1', port: 0 },
      tls: { host: '127.0.0.1', port: 0, ...listenerOf(authority) },
      onViolation: (violation) => violations.push(violation),
    });
    const addresses = await broker.start({
      authenticate: async () => true,
      authenticateCertificate: async (tenant, name, certificate) => {
        shown.push({ ...certificate, device: `${tenant}/${name}` });
        return !revoked.has(certificate.serial);
      },
      receive: async () => succeed(undefined),
      connected: () => {},
      disconnected: () => {},
    });
    url = addresses.tlsUrl ?? '';
  });
  afterEach(() => broker.stop());

  const showing = (own: KeyAndCertificate | null, ca = authority.caPem): IClientOptions => ({
    ca,
    ...(own ? { key: own.keyPem, cert: own.certPem } : {}),
  });

  it('asks about the certificate, by serial number, and about no secret', async () => {
    const client = await connectDevice(url, NAME, 'not looked at', showing(device));
    expect(shown).toMatchObject([{ device: NAME, serial: device.serial }]);
    expect(shown[0]?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(shown[0]?.notAfterMs).toBeGreaterThan(Date.now());
    await client.endAsync(true);
  });

  it('refuses a certificate that is revoked, or shown under another name', async () => {
    expect(await attempt(url, 'acme/pi-2', '', showing(device))).toBe(2);
    revoked = new Set([device.serial]);
    expect(await attempt(url, NAME, '', showing(device))).toBe(4);
  });

  it.each<[string, () => Promise<IClientOptions>]>([
    ['no certificate', async () => showing(null)],
    ['one of another authority', async () => showing(await (await makeTestAuthority()).device(NAME))],
    ['one that has expired', async () => showing(await authority.device(NAME, { notAfterMs: Date.now() - 60_000 }))],
    ['one for servers', async () => showing(authority.server)],
    ['TLS 1.2', async () => ({ ...showing(device), maxVersion: 'TLSv1.2', minVersion: 'TLSv1.2' })],
    ['no TLS at all', async () => ({ protocol: 'mqtt' })],
  ])('refuses %s in the handshake', async (_what, make) => {
    expect(await attempt(url, NAME, '', await make())).toBe('closed');
    await eventually('the violation', () => violations.includes('tls_failed'), 60_000);
    expect(shown).toEqual([]);
  });

  it('is refused itself by a device that pins another authority', async () => {
    const { caPem } = await makeTestAuthority('somebody else');
    expect(await attempt(url, NAME, '', showing(device, caPem))).toBe('closed');
  });

  it('names no device by a certificate whose subject names two', async () => {
    const two = await authority.device([NAME, 'acme/pi-2']);
    expect(await attempt(url, NAME, '', showing(two))).toBe('closed');
    expect(shown).toEqual([]);
  });

  it('knows the device of a resumed session', async () => {
    const { hostname, port } = new URL(url);
    const address = {
      host: hostname,
      port: Number(port),
      ca: authority.caPem,
      key: device.keyPem,
      cert: device.certPem,
    };
    const first = connect(address);
    const session = await new Promise<Buffer>((resolve, reject) =>
      first.once('session', resolve).once('error', reject),
    );
    first.destroy();
    const resumed = connect({ ...address, session });
    await new Promise((resolve, reject) => resumed.once('secureConnect', resolve).once('error', reject));
    expect(resumed.isSessionReused()).toBe(true);
    resumed.destroy();
    const again = await connectDevice(url, NAME, '', { ...showing(device), session } as IClientOptions);
    expect((again.stream as TLSSocket).isSessionReused()).toBe(true);
    expect(shown).toMatchObject([{ device: NAME, serial: device.serial }]);
    await again.endAsync(true);
  });

  it('takes a new certificate and new authorities for connections that come later', async () => {
    const before = await connectDevice(url, NAME, '', showing(device));
    const next = await makeTestAuthority('the next one');
    const renewed = await next.device(NAME);
    await broker.renewTls(listenerOf(next));
    expect(before.connected).toBe(true);
    expect(await attempt(url, NAME, '', showing(device, next.caPem))).toBe('closed');
    const after = await connectDevice(url, NAME, '', showing(renewed, next.caPem));
    expect(after.connected).toBe(true);
    await Promise.all([before.endAsync(true), after.endAsync(true)]);
  });
});
