import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeyPair } from './key-pair.ts';
import { openAuthority } from './open-authority.ts';
import { ownNames } from './own-names.ts';
import { openServerCertificate } from './server-certificate.ts';
import { makeDeviceKey } from './testing/device-key.ts';

const NOW_MS = Date.parse('2026-03-01T00:00:00Z');
const DAY_MS = 86_400_000;
const NAMES = [
  { type: 'dns', value: 'wherry.example' },
  { type: 'ip', value: '10.0.0.2' },
] as const;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-ca-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function issue(overrides: object = {}) {
  const authority = await openAuthority(folder, NOW_MS);
  const { csr } = await makeDeviceKey();
  const key = await authority.readRequest(csr);
  if (!key.ok) throw new Error('the request is good');
  const order = {
    tenant: 'acme',
    device: 'pi-7',
    publicKey: key.value,
    notBeforeMs: NOW_MS,
    notAfterMs: NOW_MS + DAY_MS,
  };
  const issued = await authority.issueDevice({ ...order, ...overrides });
  return { authority, issued, certificate: new X509Certificate(issued.pem) };
}

describe('the authority', () => {
  it('is made once, and for its owner’s eyes only', async () => {
    const first = await openAuthority(folder, NOW_MS);
    const again = await openAuthority(folder, NOW_MS + DAY_MS);
    expect(again.certificatePem).toBe(first.certificatePem);
    expect(first.certificate.ca).toBe(true);
    const { mode } = await stat(join(folder, 'ca/authority-key.pem'));
    expect(mode & 0o077).toBe(0);
  });

  it('does not go on with a key and a certificate that do not belong together', async () => {
    await openAuthority(folder, NOW_MS);
    await rm(join(folder, 'ca/authority-key.pem'));
    await openKeyPair(join(folder, 'ca/authority-key.pem'));
    await expect(openAuthority(folder, NOW_MS)).rejects.toThrow('authority.pem');
  });

  it('names a device by who asks, whatever the request says', async () => {
    const { authority, issued, certificate } = await issue();
    expect(authority.readDevice(certificate)).toEqual({
      tenant: 'acme',
      device: 'pi-7',
      serial: issued.serial,
      notAfterMs: NOW_MS + DAY_MS,
    });
    expect(issued.serial).toMatch(/^[4-7][0-9a-f]{31}$/);
  });

  it('carries the longest names', async () => {
    const long = 'a'.repeat(63);
    const { authority, certificate } = await issue({ tenant: long, device: long });
    expect(authority.readDevice(certificate)).toMatchObject({ tenant: long, device: long });
  });

  it('knows its own certificates only, and of those only devices’', async () => {
    const { certificate } = await issue();
    const other = await mkdtemp(join(tmpdir(), 'wherry-ca-'));
    const stranger = await openAuthority(other, NOW_MS);
    expect(stranger.readDevice(certificate)).toBeNull();
    await rm(other, { recursive: true });
    const authority = await openAuthority(folder, NOW_MS);
    expect(authority.readDevice(authority.certificate)).toBeNull();
    const server = await openServerCertificate(authority, NAMES, NOW_MS);
    expect(authority.readDevice(new X509Certificate(server.certPem))).toBeNull();
  });

  it.each([
    ['text', 'hello'],
    ['no PEM', '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----'],
  ])('refuses %s as a request', async (_, csr) => {
    const read = await (await openAuthority(folder, NOW_MS)).readRequest(csr);
    expect(!read.ok && read.problems[0]?.code).toBe('invalid_body');
  });

  it('refuses a request that its own key did not sign', async () => {
    const { csr } = await makeDeviceKey();
    const [head, ...lines] = csr.split('\n');
    const der = Buffer.from(lines.slice(0, -1).join(''), 'base64');
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    const forged = `${head}\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    const read = await (await openAuthority(folder, NOW_MS)).readRequest(forged);
    expect(!read.ok && read.problems[0]?.code).toBe('invalid_body');
  });
});

describe('the server’s certificate', () => {
  it('is for its names, and stays until two thirds of its life or until it has another name', async () => {
    const authority = await openAuthority(folder, NOW_MS);
    const first = await openServerCertificate(authority, NAMES, NOW_MS);
    const certificate = new X509Certificate(first.certPem);
    expect(certificate.checkHost('wherry.example')).toBe('wherry.example');
    expect(certificate.checkIP('10.0.0.2')).toBe('10.0.0.2');
    expect(certificate.checkHost('elsewhere.example')).toBeUndefined();
    expect((await openServerCertificate(authority, NAMES, NOW_MS + 50 * DAY_MS)).certPem).toBe(first.certPem);
    expect((await openServerCertificate(authority, NAMES, NOW_MS + 61 * DAY_MS)).certPem).not.toBe(first.certPem);
    const more = [...NAMES, { type: 'dns', value: 'second.example' } as const];
    const second = await openServerCertificate(authority, more, NOW_MS);
    expect(new X509Certificate(second.certPem).checkHost('second.example')).toBe('second.example');
  });

  it('is made anew when the one on the disk is another authority’s', async () => {
    const first = await openServerCertificate(await openAuthority(folder, NOW_MS), NAMES, NOW_MS);
    for (const file of ['authority-key.pem', 'authority.pem']) await rm(join(folder, 'ca', file));
    const next = await openAuthority(folder, NOW_MS);
    const second = await openServerCertificate(next, NAMES, NOW_MS);
    expect(second.certPem).not.toBe(first.certPem);
    expect(new X509Certificate(second.certPem).verify(next.certificate.publicKey)).toBe(true);
    await writeFile(join(folder, 'ca/server.pem'), first.certPem);
    expect((await openServerCertificate(next, NAMES, NOW_MS)).certPem).not.toBe(first.certPem);
  });
});

describe('own names', () => {
  const machine = {
    hostname: 'Server-1',
    interfaces: {
      lo: [{ address: '127.0.0.1', internal: true }],
      eth0: [
        { address: '10.0.0.2', internal: false },
        { address: 'fe80::1', internal: false },
      ],
    },
  };
  const values = (given: readonly string[], hosts: readonly string[]) =>
    ownNames(given, hosts, machine).map(({ value }) => value);

  it('are those of the operator, of the listeners and of the machine, once each', () => {
    expect(values(['wherry.example'], ['10.0.0.2'])).toEqual([
      'wherry.example',
      '10.0.0.2',
      'localhost',
      '127.0.0.1',
      '::1',
      'server-1',
    ]);
    expect(values([], ['10.0.0.2', '10.0.0.2'])).toContain('10.0.0.2');
  });

  it('are all addresses where it listens on all, but for those of one link', () => {
    expect(values([], ['0.0.0.0'])).toContain('10.0.0.2');
    expect(values([], ['0.0.0.0'])).not.toContain('fe80::1');
    expect(values([], ['0.0.0.0'])).not.toContain('0.0.0.0');
  });
});
