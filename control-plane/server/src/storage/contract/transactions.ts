import { describe, expect, test } from 'vitest';
import type { Store } from '../port.ts';
import { A, deviceOf } from './records.ts';

/** All or nothing, and one after the other. */
export function transactionContract(store: () => Store): void {
  describe('transactions', () => {
    test('take everything back when the work throws', async () => {
      const work = store().transaction(async (repositories) => {
        await repositories.devices.add(deviceOf(A, 'pi-1'));
        throw new Error('no');
      });
      await expect(work).rejects.toThrow('no');
      expect(await store().devices.find(A, 'pi-1')).toBe(null);
    });
    test('never see each other half done', async () => {
      await store().devices.add(deviceOf(A, 'pi-1'));
      const grow = () =>
        store().transaction(async (repositories) => {
          const count = Number((await repositories.devices.find(A, 'pi-1'))?.labels.count ?? 0);
          await repositories.devices.setLabels(A, 'pi-1', { count: String(count + 1) });
        });
      await Promise.all(Array.from({ length: 20 }, grow));
      expect((await store().devices.find(A, 'pi-1'))?.labels).toEqual({ count: '20' });
    });
  });
}
