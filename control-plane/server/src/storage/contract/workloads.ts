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
  let lastSeq = 0;
  /** In the order of calls, unless a place is named. */
  const says = (
    device: string,
    workloads: Record<string, WorkloadStatus | null>,
    isFull = false,
    { boot = 'b1', seq = ++lastSeq }: { boot?: string; seq?: number } = {},
  ) => ({ device, boot, seq, workloads, isFull });
  const hear = (device: string, boot: string, seq: number, atMs: number) =>
    store().received.note(A, [{ device, boot, firstSeq: 1, seq }], atMs, 100);
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
    test('are what was said last, whatever the order in which it arrives', async () => {
      const apply = (...changes: ReturnType<typeof says>[]) => store().workloads.apply(A, changes, 1);
      await apply(says('pi-1', { one: status('one', 'healthy') }, false, { seq: 9 }));
      await apply(says('pi-1', { one: status('one', 'downloading') }, false, { seq: 8 }));
      expect(await statesOf('pi-1')).toEqual({ one: 'healthy' });
      await apply(says('pi-1', { one: null }, false, { seq: 11 }));
      await apply(
        says('pi-1', { one: status('one', 'failed') }, false, { seq: 10 }),
        says('pi-1', { one: status('one', 'probing') }, false, { seq: 7 }),
      );
      expect(await statesOf('pi-1')).toEqual({});
      await apply(says('pi-1', { two: status('two', 'healthy') }, true, { seq: 20 }));
      await apply(says('pi-1', { three: status('three', 'healthy') }, false, { seq: 19 }));
      await apply(says('pi-1', { four: status('four', 'healthy') }, true, { seq: 18 }));
      expect(await statesOf('pi-1')).toEqual({ two: 'healthy' });
      await apply(says('pi-1', { one: status('one', 'staged') }, false, { seq: 21 }));
      expect(await statesOf('pi-1')).toEqual({ one: 'staged', two: 'healthy' });
    });
    test('of a later start of the device are newer, whatever their number', async () => {
      // Both starts are heard in the same instant: the one that came first is the older.
      await hear('pi-1', 'ffff', 5, 7);
      await hear('pi-1', '0000', 1, 7);
      const later = says('pi-1', { one: status('one', 'healthy') }, false, { boot: '0000', seq: 1 });
      const earlier = says('pi-1', { one: status('one', 'failed') }, false, { boot: 'ffff', seq: 5 });
      await store().workloads.apply(A, [later], 1);
      await store().workloads.apply(A, [earlier], 1);
      expect(await statesOf('pi-1')).toEqual({ one: 'healthy' });
    });
    test('of a removed device are gone, with what would hold back a successor', async () => {
      await store().workloads.apply(A, [says('pi-1', { one: status('one', 'healthy') }, true, { seq: 99 })], 1);
      await store().workloads.removeDevice(A, 'pi-1');
      expect(await statesOf('pi-1')).toEqual({});
      await store().workloads.apply(A, [says('pi-1', { one: status('one', 'staged') }, false, { seq: 1 })], 1);
      expect(await statesOf('pi-1')).toEqual({ one: 'staged' });
    });
  });
}
