import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import type { BootId, ClaimRequest } from '@wherry/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OpenAuthority, openAuthority } from '../../ca/open-authority.ts';
import { type DeviceKey, makeDeviceKey } from '../../ca/testing/device-key.ts';
import { authenticateDevice } from '../authenticate-device.ts';
import { claimCertificate } from '../claim-device.ts';
import type { AppContext, ShownCertificate } from '../context.ts';
import { useCases } from '../operations.ts';
import { codesOf, expectOk, openFleet, type TestFleet } from '../testing/fleet.ts';
import { authenticateCertificate } from './authenticate-certificate.ts';
import { endSessions } from './end-identity.ts';
import { noteStarts } from './note-starts.ts';
import { renewCertificate } from './renew-certificate.ts';

const DAY_MS = 86_400_000;
let fleet: TestFleet;
let authority: OpenAuthority;
let context: AppContext;
beforeEach(async () => {
  fleet = await openFleet();
  authority = await openAuthority(fleet.dataDir, fleet.context.clock.nowMs());
  context = Object.assign(fleet.context, { authority });
});
afterEach(() => fleet.close());

const newReportKey = () =>
  generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const token = async (body: object = {}) =>
  expectOk(await useCases.createClaimToken(context, fleet.admin, { body: body as never })).token;
const claim = (text: string, extra: object = {}) =>
  claimCertificate(context, {
    token: text,
    target: 'rpi4',
    arch: 'arm64',
    reportKey: newReportKey(),
    boot: 'a'.repeat(32),
    ...extra,
  } as ClaimRequest);
const askAnew = async () => ({ csr: (await makeDeviceKey()).csr });
const shown = (pem: string) => authority.readDevice(new X509Certificate(pem)) as ShownCertificate;
const eventsOf = async (device: string) =>
  expectOk(await useCases.listDeviceEvents(context, fleet.admin, { params: { device: device as never } })).items.map(
    ({ name }) => name,
  );
const view = async (device: string) =>
  expectOk(await useCases.getDevice(context, fleet.admin, { params: { device: device as never } }));

async function claimed(device: string): Promise<{ pem: string; key: DeviceKey; shown: ShownCertificate }> {
  const key = await makeDeviceKey();
  const { certificate } = expectOk(await claim(await token(), { device, csr: key.csr }));
  return { pem: certificate, key, shown: shown(certificate) };
}

describe('a claim over TLS', () => {
  test('makes one device of a hundred that claim at once, and tells of the others once', async () => {
    const text = await token();
    const { csr } = await makeDeviceKey();
    const claims = await Promise.all(
      Array.from({ length: 100 }, (_, index) => claim(text, { device: `pi-${index}`, csr })),
    );
    const [won, ...rest] = claims.filter(({ ok }) => ok).map(expectOk);
    expect(rest).toEqual([]);
    expect(new Set(claims.filter(({ ok }) => !ok).flatMap(codesOf))).toEqual(new Set(['claim_token_used']));
    expect(await eventsOf(won?.device ?? '')).toEqual(['claim_token_misused']);
  });

  test('pins the authority in the token, and gives a certificate instead of a secret', async () => {
    const text = await token();
    expect(Buffer.from(text.slice(5), 'base64url').toString().split('|')[2]).toBe(authority.fingerprint);
    const { csr } = await makeDeviceKey();
    const got = expectOk(await claim(text, { device: 'pi-1', csr }));
    expect(got).not.toHaveProperty('secret');
    expect(expectOk(await authenticateCertificate(context, shown(got.certificate)))).toBeUndefined();
    for (const secret of ['', 'undefined', '0'.repeat(64)])
      expect(await authenticateDevice(context, 'default', 'pi-1', secret)).toBe(false);
    expect((await view('pi-1')).identity?.certificate).toMatchObject({ isRevoked: false });
  });

  test('needs a request', async () => {
    expect(codesOf(await claim(await token()))).toEqual(['certificate_needed']);
    expect(codesOf(await claim(await token(), { csr: 'x' }))).toEqual(['invalid_body']);
  });

  test('again with the same keys gets the same certificate for ten minutes, and with another key none', async () => {
    const text = await token();
    const same = { device: 'pi-1', reportKey: newReportKey(), csr: (await makeDeviceKey()).csr };
    const first = expectOk(await claim(text, same));
    fleet.advance(599_000);
    expect(expectOk(await claim(text, same))).toEqual(first);
    const otherCsr = (await makeDeviceKey()).csr;
    expect(codesOf(await claim(text, { ...same, csr: otherCsr }))).toEqual(['claim_token_used']);
    expect(codesOf(await claim(text, { ...same, reportKey: newReportKey() }))).toEqual(['claim_token_used']);
    fleet.advance(2_000);
    expect(codesOf(await claim(text, same))).toEqual(['claim_token_used']);
  });
});

describe('a certificate', () => {
  test('ends with its device, its revocation and its time', async () => {
    const [one, two, three] = [await claimed('pi-1'), await claimed('pi-2'), await claimed('pi-3')];
    expectOk(await useCases.removeDevice(context, fleet.admin, { params: { device: 'pi-1' as never } }));
    expect(codesOf(await authenticateCertificate(context, one.shown))).toEqual(['unauthenticated']);
    await context.store.certificates.revokeAll('default', 'pi-2', context.clock.nowMs());
    expect(codesOf(await authenticateCertificate(context, two.shown))).toEqual(['certificate_revoked']);
    fleet.advance(90 * DAY_MS);
    expect(codesOf(await authenticateCertificate(context, three.shown))).toEqual(['expired']);
  });

  test('counts only if it is in the books, and there as this device’s', async () => {
    const { shown: one } = await claimed('pi-1');
    await claimed('pi-2');
    expect(codesOf(await authenticateCertificate(context, { ...one, serial: '4f' }))).toEqual(['unauthenticated']);
    expect(codesOf(await authenticateCertificate(context, { ...one, device: 'pi-2' }))).toEqual(['unauthenticated']);
    expect(codesOf(await authenticateCertificate(context, { ...one, tenant: 'other' }))).toEqual(['unauthenticated']);
  });

  test('is renewed for another key; the answer that was lost is given again', async () => {
    const { shown: old } = await claimed('pi-1');
    fleet.advance(60 * DAY_MS);
    const { csr } = await makeDeviceKey();
    const next = expectOk(await renewCertificate(context, old, { csr }));
    expect(expectOk(await renewCertificate(context, old, { csr }))).toBe(next);
    expect(shown(next)).toMatchObject({ device: 'pi-1', notAfterMs: old.notAfterMs + 60 * DAY_MS });
    expect(shown(next).serial).not.toBe(old.serial);
    expectOk(await authenticateCertificate(context, shown(next)));
  });

  test('that has expired waits for an operator, and after thirty days opens nothing', async () => {
    const { shown: old } = await claimed('pi-1');
    fleet.advance(91 * DAY_MS);
    const { csr } = await makeDeviceKey();
    expect(codesOf(await renewCertificate(context, old, { csr }))).toEqual(['approval_needed']);
    expect(codesOf(await renewCertificate(context, old, { csr }))).toEqual(['approval_needed']);
    expect(await eventsOf('pi-1')).toEqual(['renewal_needs_approval']);
    expect((await view('pi-1')).identity?.attention).toBe('renewal');
    expectOk(await useCases.resolveDevice(context, fleet.admin, { params: { device: 'pi-1' as never } }));
    const stranger = (await makeDeviceKey()).csr;
    expect(codesOf(await renewCertificate(context, old, { csr: stranger }))).toEqual(['approval_needed']);
  });

  test('that has expired is renewed once, after the word of an operator, for the key that asked', async () => {
    const { shown: old } = await claimed('pi-1');
    fleet.advance(91 * DAY_MS);
    const { csr } = await makeDeviceKey();
    expect(codesOf(await renewCertificate(context, old, { csr }))).toEqual(['approval_needed']);
    expectOk(await useCases.resolveDevice(context, fleet.admin, { params: { device: 'pi-1' as never } }));
    const next = expectOk(await renewCertificate(context, old, { csr }));
    expectOk(await authenticateCertificate(context, shown(next)));
    expect((await view('pi-1')).identity?.attention).toBeNull();
    fleet.advance(30 * DAY_MS);
    expect(codesOf(await renewCertificate(context, old, await askAnew()))).toEqual(['expired']);
  });
});

describe('a device that is claimed again', () => {
  test('keeps its name and what it runs; the identity of before ends when the token is used', async () => {
    const old = await claimed('pi-1');
    const again = expectOk(
      await useCases.reclaimDevice(context, fleet.admin, { params: { device: 'pi-1' as never }, body: {} }),
    );
    expectOk(await authenticateCertificate(context, old.shown));
    const generation = (await view('pi-1')).desiredGeneration;
    const next = expectOk(await claim(again.token, { csr: (await makeDeviceKey()).csr }));
    expect(next.device).toBe('pi-1');
    expect(codesOf(await authenticateCertificate(context, old.shown))).toEqual(['certificate_revoked']);
    expectOk(await authenticateCertificate(context, shown(next.certificate)));
    expect((await view('pi-1')).desiredGeneration).toBeGreaterThan(generation);
    expect(fleet.broker.kicked).toContain('default/pi-1');
  });

  test('is not claimed with a token of a device that is gone', async () => {
    await claimed('pi-1');
    const params = { device: 'pi-1' as never };
    const again = expectOk(await useCases.reclaimDevice(context, fleet.admin, { params, body: {} }));
    expectOk(await useCases.removeDevice(context, fleet.admin, { params }));
    expect(codesOf(await claim(again.token, { csr: (await makeDeviceKey()).csr }))).toEqual(['claim_token_invalid']);
    expect(codesOf(await useCases.reclaimDevice(context, fleet.admin, { params, body: {} }))).toEqual(['not_found']);
  });
});

describe('clones', () => {
  const boot = () => randomBytes(16).toString('hex') as BootId;
  const say = (device: string, ...boots: BootId[]) =>
    boots.reduce(
      (before, one) => before.then(() => noteStarts(context, 'default', [{ device, boot: one }])),
      Promise.resolve(),
    );

  test('a device may start as often as it likes, and be cut off as often', async () => {
    await claimed('pi-1');
    const [a, b, c] = [boot(), boot(), boot()];
    await say('pi-1', a, a, b, b, b, c, c);
    await say('pi-1', ...Array.from({ length: 40 }, boot));
    expect(await eventsOf('pi-1')).toEqual([]);
    expect((await view('pi-1')).identity?.attention ?? null).toBeNull();
  });

  test('two starts in turn are two machines: set aside, and cut off, until an operator decides', async () => {
    const { shown: one } = await claimed('pi-1');
    const [a, b] = [boot(), boot()];
    await say('pi-1', a, b, a, b, a);
    expect(await eventsOf('pi-1')).toEqual(['device_cloned']);
    expect((await view('pi-1')).identity?.attention).toBe('cloned');
    expect(codesOf(await authenticateCertificate(context, one))).toEqual(['device_quarantined']);
    expect(codesOf(await renewCertificate(context, one, await askAnew()))).toEqual(['device_quarantined']);
    expect(fleet.broker.kicked).toEqual(['default/pi-1']);
    expect((await context.store.devices.briefs('default')).map(({ device }) => device)).toEqual([]);

    const params = { device: 'pi-1' as never };
    expectOk(await useCases.resolveDevice(context, fleet.admin, { params }));
    expectOk(await authenticateCertificate(context, one));
    expect((await context.store.devices.briefs('default')).map(({ device }) => device)).toEqual(['pi-1']);
    await say('pi-1', a, a);
    expect((await view('pi-1')).identity?.attention).toBeNull();
    expect(codesOf(await useCases.resolveDevice(context, fleet.admin, { params }))).toEqual(['not_allowed_in_state']);
  });

  test('a set aside device leaves its rollouts, also with a secret', async () => {
    const device = await fleet.claim('pi-1');
    const [a, b] = [boot(), boot()];
    await say('pi-1', a, b, a);
    expect(await authenticateDevice(context, 'default', 'pi-1', device.identity.secret)).toBe(false);
  });

  test('a session that should have ended is ended again for a while, and then left alone', async () => {
    await claimed('pi-1');
    const [a, b] = [boot(), boot()];
    await say('pi-1', a, b, a);
    expect(await look('pi-1')).toBe(1);
    expect(fleet.broker.kicked).toEqual(['default/pi-1', 'default/pi-1']);
    fleet.advance(15_000);
    expect(await look('pi-1')).toBe(1);
    fleet.advance(60_000);
    await look();
    expect(await look('pi-1')).toBe(0);
  });

  test('a session that should have ended is ended however long nobody looked, or the broker was away', async () => {
    await look();
    const device = await fleet.claim('pi-1');
    await useCases.removeDevice(context, fleet.admin, { params: { device: device.name as never } });
    fleet.advance(DAY_MS);
    Object.assign(fleet.broker, { isListening: () => false });
    expect(await look('pi-1')).toBe(0);
    Object.assign(fleet.broker, { isListening: () => true });
    expect(await look('pi-1')).toBe(1);
  });

  test('a session that the broker has not heard of is ended too', async () => {
    await fleet.claim('pi-1');
    await fleet.store.standings.endSessions([{ tenant: 'default', device: 'pi-1' }], context.clock.nowMs());
    expect(await look()).toBe(0);
    Object.assign(fleet.broker, { hasUnheardSessions: true });
    expect(await look()).toBe(1);
    expect(fleet.broker.kicked).toEqual(['default/pi-1']);
  });

  test('of any number of sessions that should have ended, none is passed over', async () => {
    const names = Array.from({ length: 2_000 }, (_, index) => `pi-${String(index).padStart(4, '0')}`);
    const devices = names.flatMap((device) => [
      { tenant: 'acme', device },
      { tenant: 'default', device },
    ]);
    await fleet.store.standings.endSessions(devices, context.clock.nowMs());
    const [first, last] = [names[0], names.at(-1)];
    for (const one of [`acme/${first}`, `acme/${last}`, `default/${last}`]) fleet.broker.connected.add(one);
    expect(await look()).toBe(3);
  });

  /** A look for such sessions, while these devices have one. */
  async function look(...devices: string[]): Promise<number> {
    for (const device of devices) fleet.broker.connected.add(`default/${device}`);
    return await endSessions(context);
  }
});
