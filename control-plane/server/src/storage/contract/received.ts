import { describe, expect, test } from 'vitest';
import type { ReceivedRun } from '../port/received.ts';
import type { Store } from '../port.ts';
import { A, BOOT, runOf } from './records.ts';

/** Numbers that devices give to what they send. */
export function receivedContract(store: () => Store): void {
  describe('numbers received (C1, R5)', () => {
    const note = (...runs: ReceivedRun[]) => store().received.note(A, runs, 1, 3);
    const upTo = async () => (await store().received.contiguous(A, [{ device: 'pi-1', boot: BOOT }]))[0]?.upTo;

    test('are new once', async () => {
      expect(await note(runOf(1), runOf(2), runOf(1))).toEqual(['new', 'new', 'repeated']);
      expect(await note(runOf(2))).toEqual(['repeated']);
      expect(await upTo()).toBe(2);
    });
    test('count as contiguous when the gap closes', async () => {
      expect(await note(runOf(1), runOf(4), runOf(3))).toEqual(['new', 'new', 'new']);
      expect(await upTo()).toBe(1);
      expect(await note(runOf(4), runOf(2))).toEqual(['repeated', 'new']);
      expect(await upTo()).toBe(4);
    });
    test('are covered by a run that stands for many', async () => {
      await note(runOf(1), runOf(9, 2));
      expect(await upTo()).toBe(9);
      expect(await note(runOf(5))).toEqual(['repeated']);
    });
    test('are refused far beyond a gap, and taken once it is closed', async () => {
      expect(await note(runOf(10), runOf(12), runOf(14), runOf(16))).toEqual(['new', 'new', 'new', 'refused']);
      await note(runOf(15, 1));
      expect(await note(runOf(16))).toEqual(['new']);
      expect(await upTo()).toBe(16);
    });
    test('are kept apart by start and device', async () => {
      await note(runOf(1));
      const other = { ...runOf(1), boot: 'c'.repeat(32) };
      expect(await note(other, { ...runOf(1), device: 'pi-2' })).toEqual(['new', 'new']);
    });
  });
}
