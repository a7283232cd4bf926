import type { AppName, DeviceId, Digest, KeyId, Labels, TargetName, TenantId, Version } from '@wherry/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planOf } from '../domain/rollouts/testing/rollout-builder.ts';
import type { Assignment } from './port/desired.ts';
import type { DeviceRecord } from './port/devices.ts';
import type { ReceivedRun } from './port/received.ts';
import type { MemberRecord, RolloutRecord } from './port/rollouts.ts';
import type { UsageSample } from './port/usage.ts';
import type { Store } from './port.ts';

const A = 'tenant-a';
const B = 'tenant-b';
const BOOT = 'b'.repeat(32);
const RELEASE = `sha256:${'1'.repeat(64)}` as Digest;

/** What every store must do. An adapter runs it with a way to open an empty store of its kind. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`store: ${name}`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    describe('transactions', () => {
      test('take everything back when the work throws', async () => {
        const work = store.transaction(async (repositories) => {
          await repositories.devices.add(deviceOf(A, 'pi-1'));
          throw new Error('no');
        });
        await expect(work).rejects.toThrow('no');
        expect(await store.devices.find(A, 'pi-1')).toBe(null);
      });
      test('never see each other half done', async () => {
        await store.devices.add(deviceOf(A, 'pi-1'));
        const grow = () =>
          store.transaction(async (repositories) => {
            const count = Number((await repositories.devices.find(A, 'pi-1'))?.labels.count ?? 0);
            await repositories.devices.setLabels(A, 'pi-1', { count: String(count + 1) });
          });
        await Promise.all(Array.from({ length: 20 }, grow));
        expect((await store.devices.find(A, 'pi-1'))?.labels).toEqual({ count: '20' });
      });
    });

    describe('devices', () => {
      test('have a name once for ever, also after removal', async () => {
        expect(await store.devices.add(deviceOf(A, 'pi-1'))).toBe(true);
        expect(await store.devices.add(deviceOf(A, 'pi-1'))).toBe(false);
        expect(await store.devices.remove(A, 'pi-1', 5)).toBe(true);
        expect(await store.devices.remove(A, 'pi-1', 6)).toBe(false);
        expect(await store.devices.find(A, 'pi-1')).toBe(null);
        expect(await store.devices.add(deviceOf(A, 'pi-1'))).toBe(false);
      });
      test('keep the highest generation reported (A3)', async () => {
        await store.devices.add(deviceOf(A, 'pi-1'));
        for (const reportedGeneration of [3, 7, 5])
          await store.devices.heard(A, [{ device: 'pi-1', seenAtMs: 1, reportedGeneration }]);
        expect((await store.devices.find(A, 'pi-1'))?.reportedGeneration).toBe(7);
      });
      test('are counted, online and in all', async () => {
        for (const device of ['pi-1', 'pi-2']) await store.devices.add(deviceOf(A, device));
        await store.devices.setOnline(A, 'pi-2', true, 1);
        expect(await store.devices.counts(A)).toEqual({ total: 2, online: 1 });
        await store.devices.setAllOffline();
        expect(await store.devices.counts(A)).toEqual({ total: 2, online: 0 });
      });
    });

    describe('tenants (C2)', () => {
      test('see nothing of each other', async () => {
        await store.devices.add(deviceOf(A, 'pi-1'));
        await store.blobs.add(A, RELEASE, 1, 1);
        await store.publisherKeys.add(A, { id: 'a'.repeat(32) as KeyId, name: 'n', key: 'k', createdAtMs: 1 });
        await store.audit.append(A, { atMs: 1, operator: 'ada', action: 'x', subject: 's', detail: {} });
        await store.rollouts.add(...rolloutOf(A, 3));
        await store.desired.assign(A, [assignmentOf('pi-1')]);
        await store.usage.append(A, [sampleOf('pi-1', 0, 1_000)]);
        await store.received.note(A, [runOf(1)], 1, 10);

        expect(await store.devices.find(B, 'pi-1')).toBe(null);
        expect(await store.devices.briefs(B)).toEqual([]);
        expect(await store.devices.remove(B, 'pi-1', 1)).toBe(false);
        expect(await store.blobs.find(B, RELEASE)).toBe(null);
        expect(await store.publisherKeys.list(B)).toEqual([]);
        expect((await store.audit.list(B, { limit: 10 })).items).toEqual([]);
        expect(await store.rollouts.find(B, ROLLOUT)).toBe(null);
        expect((await store.rollouts.listMembers(B, ROLLOUT, {}, { limit: 10 })).items).toEqual([]);
        expect(await store.desired.assignments(B, ['pi-1'])).toEqual([]);
        expect(await store.usage.top(B, 'cpu', null, 10)).toEqual([]);
        expect(await store.usage.count(B)).toBe(0);
        expect(await store.received.contiguous(B, [{ device: 'pi-1', boot: BOOT }])).toMatchObject([{ upTo: 0 }]);
      });
    });

    describe('numbers received (C1, R5)', () => {
      const note = (...runs: ReceivedRun[]) => store.received.note(A, runs, 1, 3);
      const upTo = async () => (await store.received.contiguous(A, [{ device: 'pi-1', boot: BOOT }]))[0]?.upTo;

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

    describe('desired states', () => {
      const document = (generation: number) => ({
        device: 'pi-1',
        generation,
        envelope: { generation } as never,
        expiresAtMs: 100,
      });
      beforeEach(async () => {
        await store.devices.add(deviceOf(A, 'pi-1'));
        await store.devices.setOnline(A, 'pi-1', true, 1);
      });

      test('never go down (A3)', async () => {
        await store.desired.save(A, [document(5)], 1);
        await store.desired.save(A, [document(4)], 1);
        expect((await store.desired.document(A, 'pi-1'))?.generation).toBe(5);
        expect((await store.devices.find(A, 'pi-1'))?.desiredGeneration).toBe(5);
      });
      test('lie in the outbox until their generation is confirmed', async () => {
        await store.desired.save(A, [document(5)], 10);
        expect(await store.desired.due(9, 10)).toEqual([]);
        expect(await store.desired.due(10, 10)).toMatchObject([{ tenant: A, device: 'pi-1', generation: 5 }]);
        await store.desired.confirm(A, [{ device: 'pi-1', generation: 4 }]);
        expect(await store.desired.due(10, 10)).toHaveLength(1);
        await store.desired.confirm(A, [{ device: 'pi-1', generation: 5 }]);
        expect(await store.desired.due(10, 10)).toEqual([]);
      });
      test('are leased to one only', async () => {
        await store.desired.save(A, [document(5)], 10);
        const [pending] = await store.desired.due(10, 10);
        if (!pending) throw new Error('nothing is due');
        expect(await store.desired.lease(pending, 50)).toBe(true);
        expect(await store.desired.lease(pending, 50)).toBe(false);
        expect(await store.desired.due(49, 10)).toEqual([]);
        expect(await store.desired.due(50, 10)).toHaveLength(1);
      });
      test('wait while their device is offline', async () => {
        await store.desired.save(A, [document(5)], 10);
        await store.devices.setOnline(A, 'pi-1', false, 1);
        expect(await store.desired.due(10, 10)).toEqual([]);
      });
    });

    describe('rollouts', () => {
      test('are saved by compare-and-swap', async () => {
        const [record, members] = rolloutOf(A, 3);
        await store.rollouts.add(record, members);
        const paused: RolloutRecord = { ...record, header: { ...record.header, state: 'paused' } };
        expect(await store.rollouts.save(paused)).toBe(true);
        expect(await store.rollouts.save(paused)).toBe(false);
        expect(await store.rollouts.find(A, ROLLOUT)).toEqual({ ...paused, revision: 1 });
      });
      test('give back their members as they were', async () => {
        const [record, members] = rolloutOf(A, 3);
        await store.rollouts.add(record, members);
        expect(await store.rollouts.members(A, ROLLOUT, ['pi-00001'])).toEqual([members[1]]);
        const changed = {
          ...(members[1] as MemberRecord).member,
          state: 'timed_out' as const,
          code: 'crash_loop' as const,
        };
        await store.rollouts.saveMembers(A, ROLLOUT, [changed]);
        expect((await store.rollouts.members(A, ROLLOUT, ['pi-00001']))[0]?.member).toEqual(changed);
      });
      test('list pending members by wave and position, with whether they are online', async () => {
        const [record, members] = rolloutOf(A, 30);
        for (const { member } of members) await store.devices.add(deviceOf(A, member.device));
        await store.devices.setOnline(A, 'pi-00002', true, 1);
        await store.rollouts.add(record, members);
        const range = { fromWave: 0, throughWave: 1, isOnlineOnly: false };
        const pending = await store.rollouts.pending(A, ROLLOUT, range, 10);
        expect(pending.map((row) => row.record.member.device)).toEqual([
          'pi-00000',
          'pi-00001',
          'pi-00002',
          'pi-00003',
        ]);
        expect(pending.map((row) => row.isOnline)).toEqual([false, false, true, false]);
        expect(await store.rollouts.pending(A, ROLLOUT, { ...range, isOnlineOnly: true }, 10)).toHaveLength(1);
      });
      test('page their members without losing or repeating one', async () => {
        const [record, members] = rolloutOf(A, 25);
        await store.rollouts.add(record, members);
        const seen: string[] = [];
        for (let cursor: string | undefined; ; ) {
          const page = await store.rollouts.listMembers(A, ROLLOUT, {}, { cursor, limit: 10 });
          seen.push(...page.items.map(({ member }) => member.device));
          if (page.nextCursor === null) break;
          cursor = page.nextCursor;
        }
        expect(seen).toEqual(members.map(({ member }) => member.device));
      });
    });

    describe('usage', () => {
      test('is the same in a coarse point as in the samples it sums, in any order', async () => {
        const samples = [sampleOf('pi-1', 0, 30_000, 3_000), sampleOf('pi-1', 30_000, 60_000, 9_000)];
        await store.usage.append(A, samples.slice(1));
        await store.usage.append(A, samples.slice(0, 1));
        const range = { device: 'pi-1', app: 'thermostat', fromMs: 0, toMs: 60_000 };
        expect((await store.usage.raw(A, range, 10)).map(({ cpuShare }) => cpuShare)).toEqual([0.1, 0.3]);
        const [point] = await store.usage.points(A, range, 60_000, 10);
        expect(point).toMatchObject({ fromMs: 0, toMs: 60_000, calls: 2, memoryBytes: 1_000 });
        expect(point?.cpuShare).toBeCloseTo(0.2);
        expect(await store.usage.count(A)).toBe(2);
      });
      test('names the newest sample of each workload, most first', async () => {
        await store.usage.append(A, [sampleOf('pi-1', 0, 1_000, 900), sampleOf('pi-2', 0, 1_000, 500)]);
        await store.usage.append(A, [sampleOf('pi-1', 1_000, 2_000, 100)]);
        const top = await store.usage.top(A, 'cpu', null, 10);
        expect(top.map(({ device, cpuShare }) => [device, cpuShare])).toEqual([
          ['pi-2', 0.5],
          ['pi-1', 0.1],
        ]);
        expect(await store.usage.top(A, 'cpu', new Set(['pi-1']), 10)).toHaveLength(1);
      });
      test('is removed when it is too old', async () => {
        await store.usage.append(A, [sampleOf('pi-1', 0, 1_000), sampleOf('pi-1', 5_000, 6_000)]);
        expect(await store.usage.prune(0, 2_000, 100)).toBe(1);
        const range = { device: 'pi-1', app: 'thermostat', fromMs: 0, toMs: 60_000 };
        expect(await store.usage.raw(A, range, 10)).toHaveLength(1);
      });
    });

    describe('claim tokens', () => {
      test('are used by one of many at once', async () => {
        await store.claimTokens.add({
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
        });
        const uses = Array.from({ length: 100 }, (_, index) =>
          store.claimTokens.use('token-1', { device: `pi-${index}`, reportKey: 'k', atMs: 1 }),
        );
        expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
        expect(await store.claimTokens.remove(A, 'token-1')).toBe('used');
        expect(await store.claimTokens.remove(B, 'token-1')).toBe('not_found');
      });
    });

    test('a setting keeps the first value it was given', async () => {
      expect(await store.settings.keep('claim_key', 'first')).toBe('first');
      expect(await store.settings.keep('claim_key', 'second')).toBe('first');
    });
  });
}

const ROLLOUT = '01arz3ndektsv4rrffq69g5fav' as RolloutRecord['id'];

function deviceOf(tenant: string, device: string): DeviceRecord {
  return {
    tenant: tenant as TenantId,
    device: device as DeviceId,
    target: 'rpi4' as TargetName,
    arch: 'arm64',
    labels: {} as Labels,
    secretHash: 'h',
    reportKey: 'k',
    claimedAtMs: 1,
    seenAtMs: null,
    isOnline: false,
    desiredGeneration: 0,
    reportedGeneration: null,
    inventory: null,
    host: null,
    removedAtMs: null,
  };
}

function assignmentOf(device: string): Assignment {
  return {
    device,
    app: 'thermostat' as AppName,
    release: RELEASE,
    version: '1.0.0' as Version,
    releaseCounter: 1,
    config: {},
    attempt: 1,
    rollout: null,
    isRollback: false,
  };
}

function runOf(seq: number, firstSeq = seq): ReceivedRun {
  return { device: 'pi-1', boot: BOOT, firstSeq, seq };
}

function rolloutOf(tenant: string, count: number): [RolloutRecord, MemberRecord[]] {
  const { header, members } = planOf(count);
  const record: RolloutRecord = {
    tenant,
    id: ROLLOUT,
    app: 'thermostat' as AppName,
    version: '1.0.0' as Version,
    release: RELEASE,
    releaseCounter: 1,
    selector: '',
    config: { ZONE: 'hall' },
    rollback: false,
    createdBy: 'ada',
    createdAtMs: 1,
    reverts: null,
    revertedBy: null,
    header,
    revision: 0,
  };
  const rows = members.map((member, position): MemberRecord => {
    const previous = {
      previousRelease: RELEASE,
      previousVersion: '0.9.0' as Version,
      previousConfig: { ZONE: 'attic' },
    };
    return { rollout: ROLLOUT, position, member, ...previous, target: null };
  });
  return [record, rows];
}

function sampleOf(device: string, fromMs: number, toMs: number, cpuMs = 100): UsageSample {
  const figures = { cpuMs, memoryBytes: 1_000, calls: 1, errors: 0, limitsHit: 0 };
  const of = { app: 'thermostat' as AppName, release: RELEASE, source: 'proc', isolation: 'process' } as const;
  return { device, app: 'thermostat', release: RELEASE, fromMs, toMs, host: null, workload: { ...of, ...figures } };
}
