import { describe, expect, test } from 'vitest';
import type { CertificateRecord } from '../port/device-certificates.ts';
import type { Store } from '../port.ts';
import { A, B, deviceOf } from './records.ts';

const certificate = (serial: string, more: Partial<CertificateRecord> = {}): CertificateRecord => ({
  serial,
  tenant: A,
  device: 'pi-1',
  keyHash: 'k',
  pem: `pem of ${serial}`,
  authority: null,
  issuedAtMs: 1,
  expiresAtMs: 100,
  revokedAtMs: null,
  ...more,
});

export function deviceIdentityContract(store: () => Store): void {
  describe('certificates', () => {
    test('are found as their own device’s, by serial number and by key, and by no other', async () => {
      const { certificates } = store();
      await certificates.add(certificate('01'));
      await certificates.add(certificate('02', { issuedAtMs: 2 }));
      expect(await certificates.find(A, 'pi-1', '01')).toEqual(certificate('01'));
      for (const [tenant, device, serial] of [
        [B, 'pi-1', '01'],
        [A, 'pi-2', '01'],
        [A, 'pi-1', '03'],
      ] as const)
        expect(await certificates.find(tenant, device, serial)).toBeNull();
      expect((await certificates.findByKey(A, 'pi-1', 'k'))?.serial).toBe('02');
      expect(await certificates.findByKey(B, 'pi-1', 'k')).toBeNull();
      expect([...(await certificates.newest(A, ['pi-1', 'pi-2'])).values()].map(({ serial }) => serial)).toEqual([
        '02',
      ]);
    });

    test('are struck out together, and removed long after they expired', async () => {
      const { certificates } = store();
      await certificates.add(certificate('01'));
      await certificates.add(certificate('02', { expiresAtMs: 200 }));
      await certificates.add(certificate('03', { device: 'pi-2' }));
      expect(await certificates.revokeAll(A, 'pi-1', 50)).toBe(2);
      expect(await certificates.refused(120)).toEqual([{ serial: '02', atMs: 50 }]);
      expect(await certificates.revokeAll(A, 'pi-1', 60)).toBe(0);
      expect((await certificates.find(A, 'pi-1', '01'))?.revokedAtMs).toBe(50);
      expect(await certificates.findByKey(A, 'pi-1', 'k')).toBeNull();
      expect((await certificates.find(A, 'pi-2', '03'))?.revokedAtMs).toBeNull();
      expect(await certificates.prune(150, 1)).toBe(1);
      expect(await certificates.prune(150, 10)).toBe(1);
      expect((await certificates.find(A, 'pi-1', '02'))?.serial).toBe('02');
    });
  });

  test('certificates of a device that is set aside open nothing until it is resolved', async () => {
    const { certificates, standings } = store();
    for (const [serial, tenant] of [
      ['01', A],
      ['02', B],
    ] as const)
      await certificates.add(certificate(serial, { tenant }));
    await standings.setQuarantine(A, 'pi-1', 7);
    expect(await certificates.refused(50)).toEqual([{ serial: '01', atMs: 7 }]);
    await standings.setQuarantine(A, 'pi-1', null);
    expect(await certificates.refused(50)).toEqual([]);
  });

  test('certificates are counted by the authority of each device’s newest, and struck out for all', async () => {
    const { certificates, devices } = store();
    for (const [device, seenAtMs] of [
      ['pi-1', 5],
      ['pi-2', 50],
      ['pi-3', null],
    ] as const)
      await devices.add({ ...deviceOf(A, device), claimedAtMs: 1, seenAtMs });
    await devices.add({ ...deviceOf(B, 'pi-1'), seenAtMs: 50 });
    await certificates.add(certificate('01'));
    await certificates.add(certificate('02', { device: 'pi-2' }));
    await certificates.add(certificate('03', { device: 'pi-2', authority: 'next', issuedAtMs: 2 }));
    await certificates.add(certificate('04', { device: 'pi-3', authority: 'next' }));
    await certificates.add(certificate('05', { tenant: B, authority: 'next' }));
    await certificates.add(certificate('06', { device: 'nobody' }));
    const holders = async () =>
      (await certificates.holders(40)).toSorted((a, b) => String(a.authority).localeCompare(String(b.authority)));
    expect(await holders()).toEqual([
      { authority: 'next', heard: 2, silent: 1 },
      { authority: null, heard: 0, silent: 1 },
    ]);
    await devices.remove(A, 'pi-1', 60);
    expect(await holders()).toEqual([{ authority: 'next', heard: 2, silent: 1 }]);
    const struck = await certificates.revokeEvery(70);
    expect(struck).toHaveLength(5);
    expect(struck).toContainEqual({ tenant: B, device: 'pi-1' });
    expect(await holders()).toEqual([]);
    expect(await certificates.revokeEvery(71)).toEqual([]);
  });

  describe('standings', () => {
    test('say one thing without changing another', async () => {
      const { standings } = store();
      expect((await standings.findMany(A, ['pi-1'])).size).toBe(0);
      await standings.setBoots(A, 'pi-1', 'b', ['a']);
      await standings.setRenewal(A, 'pi-1', { keyHash: 'k', askedAtMs: 5, approvedAtMs: null });
      await standings.setQuarantine(A, 'pi-1', 7);
      const all = { device: 'pi-1', boot: 'b', formerBoots: ['a'], quarantinedAtMs: 7 };
      const renewal = { keyHash: 'k', askedAtMs: 5, approvedAtMs: null };
      expect((await standings.findMany(A, ['pi-1', 'pi-2'])).get('pi-1')).toEqual({ ...all, renewal });
      await standings.setRenewal(A, 'pi-1', null);
      expect((await standings.findMany(A, ['pi-1'])).get('pi-1')).toEqual({ ...all, renewal: null });
      expect((await standings.findMany(B, ['pi-1'])).size).toBe(0);
    });

    test('of a set aside device keep it out of what rollouts look at, in its own tenant', async () => {
      for (const tenant of [A, B]) await store().devices.add(deviceOf(tenant, 'pi-1'));
      await store().standings.setQuarantine(A, 'pi-1', 7);
      expect(await store().devices.briefs(A)).toEqual([]);
      expect(await store().devices.briefs(B)).toHaveLength(1);
      await store().standings.setQuarantine(A, 'pi-1', null);
      expect(await store().devices.briefs(A)).toHaveLength(1);
    });

    test('tell what an operator must decide about, in one tenant, and not of removed devices', async () => {
      const { standings, devices } = store();
      for (const device of ['pi-1', 'pi-2', 'pi-3', 'pi-4']) await devices.add(deviceOf(A, device));
      await devices.add(deviceOf(B, 'pi-1'));
      await standings.setBoots(A, 'pi-1', 'b', []);
      await standings.setRenewal(A, 'pi-2', { keyHash: 'k', askedAtMs: 5, approvedAtMs: null });
      await standings.setRenewal(A, 'pi-3', { keyHash: 'k', askedAtMs: 5, approvedAtMs: 6 });
      await standings.setQuarantine(A, 'pi-4', 7);
      expect(await standings.undecided(A, 10)).toEqual(['pi-2', 'pi-4']);
      expect(await standings.undecided(A, 1)).toEqual(['pi-2']);
      expect(await standings.undecided(B, 10)).toEqual([]);
      await devices.remove(A, 'pi-4', 8);
      expect(await standings.undecided(A, 10)).toEqual(['pi-2']);
    });

    test('tell whose sessions had to end, by name, a page at a time', async () => {
      const { standings } = store();
      const [first, second, third] = [
        { tenant: A, device: 'pi-1' },
        { tenant: A, device: 'pi-2' },
        { tenant: B, device: 'pi-1' },
      ] as const;
      await standings.setQuarantine(A, 'pi-1', 7);
      await standings.endSessions([third, first], 10);
      await standings.endSessions([second, first], 20);
      await standings.endSessions([], 30);
      expect(await standings.ended(5, 10)).toEqual([first, second, third]);
      expect(await standings.ended(15, 10)).toEqual([first, second]);
      expect(await standings.ended(5, 2)).toEqual([first, second]);
      expect(await standings.ended(5, 2, first)).toEqual([second, third]);
      expect(await standings.ended(5, 2, third)).toEqual([]);
      expect((await standings.findMany(A, ['pi-1'])).get('pi-1')?.quarantinedAtMs).toBe(7);
    });
  });

  describe('claim tokens', () => {
    test('are told of once in a while when they are misused', async () => {
      await store().claimTokens.add({
        tenant: A,
        id: 'token-1',
        secretHash: 'h',
        labels: {},
        device: null,
        createdAtMs: 1,
        expiresAtMs: 2,
        usedAtMs: null,
        usedBy: null,
        usedReportKey: null,
        isReclaim: true,
      });
      const alarm = (atMs: number) => store().claimTokens.alarm('token-1', atMs, 10);
      expect([await alarm(1), await alarm(5), await alarm(11), await alarm(12)]).toEqual([true, false, true, false]);
      expect(await store().claimTokens.alarm('token-2', 1, 10)).toBe(false);
      expect((await store().claimTokens.find('token-1'))?.isReclaim).toBe(true);
    });
  });
}
