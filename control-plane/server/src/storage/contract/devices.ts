import type { TargetName } from '@wherry/protocol';
import { describe, expect, test } from 'vitest';
import type { Store } from '../port.ts';
import { A, B, deviceOf } from './records.ts';

/** Names, generations and claims of devices. */
export function deviceContract(store: () => Store): void {
  describe('devices', () => {
    test('have a name once for ever, also after removal', async () => {
      expect(await store().devices.add(deviceOf(A, 'pi-1'))).toBe(true);
      expect(await store().devices.add(deviceOf(A, 'pi-1'))).toBe(false);
      expect(await store().devices.remove(A, 'pi-1', 5)).toBe(true);
      expect(await store().devices.remove(A, 'pi-1', 6)).toBe(false);
      expect(await store().devices.find(A, 'pi-1')).toBe(null);
      expect(await store().devices.add(deviceOf(A, 'pi-1'))).toBe(false);
    });
    test('keep the highest generation reported (A3)', async () => {
      await store().devices.add(deviceOf(A, 'pi-1'));
      for (const reportedGeneration of [3, 7, 5])
        await store().devices.heard(A, [{ device: 'pi-1', seenAtMs: 1, reportedGeneration }]);
      expect((await store().devices.find(A, 'pi-1'))?.reportedGeneration).toBe(7);
    });
    test('tell in brief what of their inventory decides which release fits', async () => {
      await store().devices.add(deviceOf(A, 'pi-1'));
      const hardware = { gpio: { led: 'out' as const }, i2c: ['sensors'], serial: [] };
      const inventory = {
        agentVersion: '1.0.0',
        target: 'rpi4' as TargetName,
        arch: 'arm64',
        os: 'Debian "hardware":{}',
        hostname: 'pi',
        cores: 4,
        memoryBytes: 512,
        diskBytes: 1_024,
        runtimes: [],
        isolation: 'process' as const,
      };
      const brief = async () => (await store().devices.briefs(A))[0]?.inventory;
      await store().devices.heard(A, [{ device: 'pi-1', seenAtMs: 1, inventory }]);
      expect(await brief()).toEqual({ arch: 'arm64', target: 'rpi4', memoryBytes: 512 });
      await store().devices.heard(A, [{ device: 'pi-1', seenAtMs: 2, inventory: { ...inventory, hardware } }]);
      expect(await brief()).toEqual({ arch: 'arm64', target: 'rpi4', memoryBytes: 512, hardware });
    });

    test('are counted, online and in all', async () => {
      for (const device of ['pi-1', 'pi-2']) await store().devices.add(deviceOf(A, device));
      await store().devices.setOnline(A, 'pi-2', true, 1);
      expect(await store().devices.counts(A)).toEqual({ total: 2, online: 1 });
      await store().devices.setAllOffline();
      expect(await store().devices.counts(A)).toEqual({ total: 2, online: 0 });
    });

    test('are counted of every tenant, without those that were removed', async () => {
      const { devices } = store();
      for (const device of ['pi-1', 'pi-2', 'pi-3']) await devices.add(deviceOf(A, device));
      await devices.add(deviceOf(B, 'pi-1'));
      await devices.setOnline(A, 'pi-2', true, 1);
      await devices.remove(A, 'pi-3', 5);
      expect([...(await devices.countsByTenant())].toSorted()).toEqual([
        [A, { total: 2, online: 1 }],
        [B, { total: 1, online: 0 }],
      ]);
    });
  });

  describe('claim tokens', () => {
    test('are used by one of many at once', async () => {
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
        isReclaim: false,
      });
      const uses = Array.from({ length: 100 }, (_, index) =>
        store().claimTokens.use('token-1', { device: `pi-${index}`, reportKey: 'k', atMs: 1 }),
      );
      expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
      expect(await store().claimTokens.remove(A, 'token-1')).toBe('used');
      expect(await store().claimTokens.remove(B, 'token-1')).toBe('not_found');
    });
  });

  test('a setting keeps the first value it was given, until it is told another', async () => {
    expect(await store().settings.keep('claim_key', 'first')).toBe('first');
    expect(await store().settings.keep('claim_key', 'second')).toBe('first');
    await store().settings.put('claim_key', 'third');
    expect(await store().settings.get('claim_key')).toBe('third');
  });
}
