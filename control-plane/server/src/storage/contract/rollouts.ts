import { describe, expect, test } from 'vitest';
import type { MemberRecord, RolloutRecord } from '../port/rollouts.ts';
import type { Store } from '../port.ts';
import { A, B, deviceOf, ROLLOUT, rolloutOf } from './records.ts';

/** Rollouts and their members. */
export function rolloutContract(store: () => Store): void {
  describe('rollouts', () => {
    test('are saved by compare-and-swap', async () => {
      const [record, members] = rolloutOf(A, 3);
      await store().rollouts.add(record, members);
      const paused: RolloutRecord = { ...record, header: { ...record.header, state: 'paused' } };
      expect(await store().rollouts.save(paused)).toBe(true);
      expect(await store().rollouts.save(paused)).toBe(false);
      expect(await store().rollouts.find(A, ROLLOUT)).toEqual({ ...paused, revision: 1 });
    });
    test('give back their members as they were', async () => {
      const [record, members] = rolloutOf(A, 3);
      await store().rollouts.add(record, members);
      expect(await store().rollouts.members(A, ROLLOUT, ['pi-00001'])).toEqual([members[1]]);
      const changed = {
        ...(members[1] as MemberRecord).member,
        state: 'timed_out' as const,
        code: 'crash_loop' as const,
      };
      await store().rollouts.saveMembers(A, ROLLOUT, [changed]);
      expect((await store().rollouts.members(A, ROLLOUT, ['pi-00001']))[0]?.member).toEqual(changed);
    });
    test('list pending members by wave and position, with whether they are online', async () => {
      const [record, members] = rolloutOf(A, 30);
      for (const { member } of members) await store().devices.add(deviceOf(A, member.device));
      await store().devices.setOnline(A, 'pi-00002', true, 1);
      await store().rollouts.add(record, members);
      const range = { fromWave: 0, throughWave: 1, isOnlineOnly: false };
      const pending = await store().rollouts.pending(A, ROLLOUT, range, 10);
      expect(pending.map((row) => row.record.member.device)).toEqual(['pi-00000', 'pi-00001', 'pi-00002', 'pi-00003']);
      expect(pending.map((row) => row.isOnline)).toEqual([false, false, true, false]);
      expect(await store().rollouts.pending(A, ROLLOUT, { ...range, isOnlineOnly: true }, 10)).toHaveLength(1);
    });
    test('page their members without losing or repeating one', async () => {
      const [record, members] = rolloutOf(A, 25);
      await store().rollouts.add(record, members);
      const seen: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await store().rollouts.listMembers(A, ROLLOUT, {}, { cursor, limit: 10 });
        seen.push(...page.items.map(({ member }) => member.device));
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      expect(seen).toEqual(members.map(({ member }) => member.device));
    });
    test('are counted by state, of one tenant and of every one', async () => {
      const { rollouts } = store();
      const [record, members] = rolloutOf(A, 3);
      await rollouts.add(record, members);
      await rollouts.add(...rolloutOf(B, 3));
      expect(await rollouts.save({ ...record, header: { ...record.header, state: 'paused' } })).toBe(true);
      const other = (await rollouts.find(B, ROLLOUT))?.header.state ?? '';
      expect(await rollouts.countByState(A)).toEqual({ paused: 1 });
      expect([...(await rollouts.countByTenant())].toSorted()).toEqual([
        [A, { paused: 1 }],
        [B, { [other]: 1 }],
      ]);
    });
  });
}
