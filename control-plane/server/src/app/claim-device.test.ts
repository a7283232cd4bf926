import { generateKeyPairSync } from 'node:crypto';
import type { ClaimRequest } from '@wherry/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { authenticateDevice } from './authenticate-device.ts';
import { claimDevice } from './claim-device.ts';
import { useCases } from './operations.ts';
import { codesOf, expectOk, openFleet, type TestFleet } from './testing/fleet.ts';

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await openFleet();
});
afterEach(() => fleet.close());

const newKey = () =>
  generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const token = async (body: object = {}) =>
  expectOk(await useCases.createClaimToken(fleet.context, fleet.admin, { body: body as never })).token;
const claim = (text: string, extra: object = {}) =>
  claimDevice(fleet.context, {
    token: text,
    target: 'rpi4',
    arch: 'arm64',
    reportKey: newKey(),
    boot: 'a'.repeat(32),
    ...extra,
  } as ClaimRequest);

test('a token makes one device of a hundred that claim at once', async () => {
  const text = await token();
  const claims = await Promise.all(Array.from({ length: 100 }, (_, index) => claim(text, { device: `pi-${index}` })));
  expect(claims.filter(({ ok }) => ok)).toHaveLength(1);
  expect(new Set(claims.filter(({ ok }) => !ok).flatMap(codesOf))).toEqual(new Set(['claim_token_used']));
  expect(await fleet.store.devices.counts('default')).toMatchObject({ total: 1 });
});

test('the same claim again gets the same identity for ten minutes, another key never', async () => {
  const text = await token();
  const same = { device: 'pi-1', reportKey: newKey() };
  const first = expectOk(await claim(text, same));
  expect(expectOk(await claim(text, same))).toEqual(first);
  expect(codesOf(await claim(text, { device: 'pi-1' }))).toEqual(['claim_token_used']);
  fleet.advance(600_001);
  expect(codesOf(await claim(text, same))).toEqual(['claim_token_used']);
});

test('the secret that was bought opens the door, and another does not', async () => {
  const { device, secret } = expectOk(await claim(await token(), { device: 'pi-1' }));
  expect(await authenticateDevice(fleet.context, 'default', device, secret)).toBe(true);
  expect(await authenticateDevice(fleet.context, 'default', device, `${secret}x`)).toBe(false);
  expect(await authenticateDevice(fleet.context, 'other', device, secret)).toBe(false);
  expectOk(await useCases.removeDevice(fleet.context, fleet.admin, { params: { device } }));
  expect(await authenticateDevice(fleet.context, 'default', device, secret)).toBe(false);
});

test('a refused claim leaves its token unused', async () => {
  await fleet.claim('pi-1');
  const text = await token();
  expect(codesOf(await claim(text, { device: 'pi-1' }))).toEqual(['already_exists']);
  expect(codesOf(await claim(text, { reportKey: 'AAAA' }))).toEqual(['invalid_body']);
  expect(expectOk(await claim(text, { device: 'pi-2' })).device).toBe('pi-2');
});

test('a token that is damaged, expired, taken back, or for another device is refused', async () => {
  const text = await token({ device: 'pi-1', ttlMs: 60_000 });
  expect(codesOf(await claim('wct1.AAAA'))).toEqual(['claim_token_invalid']);
  expect(codesOf(await claim(`${text.slice(0, -6)}AAAAAA`))).toEqual(['claim_token_invalid']);
  expect(codesOf(await claim(text, { device: 'pi-2' }))).toEqual(['invalid_body']);
  fleet.advance(60_000);
  expect(codesOf(await claim(text))).toEqual(['claim_token_expired']);
});

test("an operator's labels win over those that the device brings", async () => {
  const text = await token({ labels: { site: 'berlin' } });
  expectOk(await claim(text, { device: 'pi-1', labels: { site: 'elsewhere', board: 'pi4' } }));
  expect((await fleet.store.devices.find('default', 'pi-1'))?.labels).toEqual({ site: 'berlin', board: 'pi4' });
});
