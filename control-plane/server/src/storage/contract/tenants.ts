import { describe, expect, test } from 'vitest';
import type { Store } from '../port.ts';
import { append } from './audit.ts';
import { A, assignmentOf, B, BOOT, deviceOf, RELEASE, ROLLOUT, rolloutOf, runOf, sampleOf } from './records.ts';

/** C2: a tenant never sees what is another's. */
export function tenantContract(store: () => Store): void {
  describe('tenants (C2)', () => {
    test('see nothing of each other', async () => {
      await store().devices.add(deviceOf(A, 'pi-1'));
      await store().blobs.add(A, RELEASE, 1, 1);
      await append(store(), A);
      await store().rollouts.add(...rolloutOf(A, 3));
      await store().desired.assign(A, [assignmentOf('pi-1')]);
      await store().usage.append(A, [sampleOf('pi-1', 0, 1_000)]);
      await store().received.note(A, [runOf(1)], 1, 10);

      expect(await store().devices.find(B, 'pi-1')).toBe(null);
      expect(await store().devices.briefs(B)).toEqual([]);
      expect(await store().devices.remove(B, 'pi-1', 1)).toBe(false);
      expect(await store().blobs.find(B, RELEASE)).toBe(null);
      expect((await store().audit.list(B, { limit: 10 })).items).toEqual([]);
      expect(await store().rollouts.find(B, ROLLOUT)).toBe(null);
      expect((await store().rollouts.listMembers(B, ROLLOUT, {}, { limit: 10 })).items).toEqual([]);
      expect(await store().desired.assignments(B, ['pi-1'])).toEqual([]);
      expect(await store().usage.top(B, 'cpu', null, 10)).toEqual([]);
      expect(await store().usage.count(B)).toBe(0);
      expect(await store().received.contiguous(B, [{ device: 'pi-1', boot: BOOT }])).toMatchObject([{ upTo: 0 }]);
    });
  });
}
