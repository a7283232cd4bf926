import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../port.ts';
import { A, deviceOf } from './records.ts';

/** Desired states and their outbox. */
export function desiredContract(store: () => Store): void {
  describe('desired states', () => {
    const document = (generation: number) => ({
      device: 'pi-1',
      generation,
      envelope: { generation } as never,
      expiresAtMs: 100,
    });
    beforeEach(async () => {
      await store().devices.add(deviceOf(A, 'pi-1'));
      await store().devices.setOnline(A, 'pi-1', true, 1);
    });

    test('never go down (A3)', async () => {
      await store().desired.save(A, [document(5)], 1);
      await store().desired.save(A, [document(4)], 1);
      expect((await store().desired.document(A, 'pi-1'))?.generation).toBe(5);
      expect((await store().devices.find(A, 'pi-1'))?.desiredGeneration).toBe(5);
    });
    test('lie in the outbox until their generation is confirmed', async () => {
      await store().desired.save(A, [document(5)], 10);
      expect(await store().desired.due(9, 10)).toEqual([]);
      expect(await store().desired.due(10, 10)).toMatchObject([{ tenant: A, device: 'pi-1', generation: 5 }]);
      await store().desired.confirm(A, [{ device: 'pi-1', generation: 4 }]);
      expect(await store().desired.due(10, 10)).toHaveLength(1);
      await store().desired.confirm(A, [{ device: 'pi-1', generation: 5 }]);
      expect(await store().desired.due(10, 10)).toEqual([]);
    });
    test('are leased to one only', async () => {
      await store().desired.save(A, [document(5)], 10);
      const [pending] = await store().desired.due(10, 10);
      if (!pending) throw new Error('nothing is due');
      expect(await store().desired.lease(pending, 50)).toBe(true);
      expect(await store().desired.lease(pending, 50)).toBe(false);
      expect(await store().desired.due(49, 10)).toEqual([]);
      expect(await store().desired.due(50, 10)).toHaveLength(1);
    });
    test('are leased together, those that nobody took', async () => {
      await store().devices.add(deviceOf(A, 'pi-2'));
      await store().devices.setOnline(A, ['pi-1', 'pi-2'], true, 1);
      await store().desired.save(A, [document(5), { ...document(7), device: 'pi-2' }], 10);
      const due = await store().desired.due(10, 10);
      const other = due.find(({ device }) => device === 'pi-2');
      if (!other) throw new Error('nothing is due');
      expect(await store().desired.lease(other, 50)).toBe(true);
      expect((await store().desired.leaseAll(due, 60)).map(({ device }) => device)).toEqual(['pi-1']);
      expect(await store().desired.leaseAll(due, 60)).toEqual([]);
      expect((await store().desired.due(50, 10)).map(({ device }) => device)).toEqual(['pi-2']);
    });
    test('wait while their device is offline', async () => {
      await store().desired.save(A, [document(5)], 10);
      await store().devices.setOnline(A, 'pi-1', false, 1);
      expect(await store().desired.due(10, 10)).toEqual([]);
    });
  });
}
