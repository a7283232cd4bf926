import { describe, expect, test } from 'vitest';
import type { Store } from '../port.ts';
import { A, sampleOf } from './records.ts';

/** Samples, and the points that sum them. */
export function usageContract(store: () => Store): void {
  describe('usage', () => {
    test('is the same in a coarse point as in the samples it sums, in any order', async () => {
      const samples = [sampleOf('pi-1', 0, 30_000, 3_000), sampleOf('pi-1', 30_000, 60_000, 9_000)];
      await store().usage.append(A, samples.slice(1));
      await store().usage.append(A, samples.slice(0, 1));
      const range = { device: 'pi-1', app: 'thermostat', fromMs: 0, toMs: 60_000 };
      expect((await store().usage.raw(A, range, 10)).map(({ cpuShare }) => cpuShare)).toEqual([0.1, 0.3]);
      const [point] = await store().usage.points(A, range, 60_000, 10);
      expect(point).toMatchObject({ fromMs: 0, toMs: 60_000, calls: 2, memoryBytes: 1_000 });
      expect(point?.cpuShare).toBeCloseTo(0.2);
      expect(await store().usage.count(A)).toBe(2);
    });
    test('names the newest sample of each workload, most first', async () => {
      await store().usage.append(A, [sampleOf('pi-1', 0, 1_000, 900), sampleOf('pi-2', 0, 1_000, 500)]);
      await store().usage.append(A, [sampleOf('pi-1', 1_000, 2_000, 100)]);
      const top = await store().usage.top(A, 'cpu', null, 10);
      expect(top.map(({ device, cpuShare }) => [device, cpuShare])).toEqual([
        ['pi-2', 0.5],
        ['pi-1', 0.1],
      ]);
      expect(await store().usage.top(A, 'cpu', new Set(['pi-1']), 10)).toHaveLength(1);
    });
    test('shows of the newest sample where it comes from, and which limits were hit', async () => {
      const [sample] = [sampleOf('pi-1', 0, 1_000, 900)];
      const workload = { ...sample.workload, limits: { fuel: 2 }, limitsHit: 2, callP50Ms: 3, callP99Ms: 9 } as const;
      await store().usage.append(A, [{ ...sample, workload: workload as never }]);
      const [row] = await store().usage.top(A, 'cpu', null, 10);
      expect(row?.figures).toEqual({
        source: 'proc',
        isolation: 'process',
        limits: { fuel: 2 },
        callP50Ms: 3,
        callP99Ms: 9,
      });
    });
    test('is removed when it is too old', async () => {
      await store().usage.append(A, [sampleOf('pi-1', 0, 1_000), sampleOf('pi-1', 5_000, 6_000)]);
      expect(await store().usage.prune(0, 2_000, 100)).toBe(1);
      const range = { device: 'pi-1', app: 'thermostat', fromMs: 0, toMs: 60_000 };
      expect(await store().usage.raw(A, range, 10)).toHaveLength(1);
    });
  });
}
