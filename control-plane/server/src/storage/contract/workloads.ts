import type { AppName, Version, WorkloadStatus } from '@wherry/protocol';
import { describe, expect, test } from 'vitest';
import type { Store } from '../port.ts';
import { A, RELEASE } from './records.ts';

/** What devices say they run. A batch holds several messages of a device, in the order it sent them. */
export function workloadContract(store: () => Store): void {
  const status = (app: string, state: WorkloadStatus['state']): WorkloadStatus => ({
    ...{ app: app as AppName, version: '1.0.0' as Version, release: RELEASE },
    ...{ attempt: 1, state, restarts: 0, sinceMs: 0 },
  });
  const says = (device: string, workloads: Record<string, WorkloadStatus | null>, isFull = false) => ({
    ...{ device, workloads, isFull },
  });
  const statesOf = async (device: string) =>
    Object.fromEntries(
      ((await store().workloads.list(A, [device])).get(device) ?? []).map(({ app, state }) => [app, state]),
    );

  describe('workloads', () => {
    test('are what was said last, within a batch too', async () => {
      const batch = [
        says('pi-1', { one: status('one', 'downloading') }),
        says('pi-2', { one: status('one', 'healthy') }),
        says('pi-1', { one: status('one', 'healthy'), two: status('two', 'probing') }),
        says('pi-1', { two: null }),
      ];
      await store().workloads.apply(A, batch, 1);
      expect(await statesOf('pi-1')).toEqual({ one: 'healthy' });
      expect(await statesOf('pi-2')).toEqual({ one: 'healthy' });
      await store().workloads.apply(
        A,
        [says('pi-1', { one: null }), says('pi-1', { one: status('one', 'failed') })],
        2,
      );
      expect(await statesOf('pi-1')).toEqual({ one: 'failed' });
    });
    test('are forgotten when a whole state does not name them', async () => {
      await store().workloads.apply(A, [says('pi-1', { one: status('one', 'healthy') })], 1);
      const whole = says('pi-1', { two: status('two', 'healthy') }, true);
      await store().workloads.apply(A, [whole, says('pi-1', { three: status('three', 'staged') })], 2);
      expect(await statesOf('pi-1')).toEqual({ two: 'healthy', three: 'staged' });
      await store().workloads.apply(A, [says('pi-1', {}, true)], 3);
      expect(await statesOf('pi-1')).toEqual({});
    });
  });
}
