import type { AppName, DeviceId, Digest, Labels, TargetName, TenantId, Version } from '@wherry/protocol';
import { planOf } from '../../domain/rollouts/testing/rollout-builder.ts';
import type { Assignment } from '../port/desired.ts';
import type { DeviceRecord } from '../port/devices.ts';
import type { ReceivedRun } from '../port/received.ts';
import type { MemberRecord, RolloutRecord } from '../port/rollouts.ts';
import type { UsageSample } from '../port/usage.ts';

/** Records that the contract stores and looks for again. */
export const A = 'tenant-a';
export const B = 'tenant-b';
export const BOOT = 'b'.repeat(32);
export const RELEASE = `sha256:${'1'.repeat(64)}` as Digest;
export const ROLLOUT = '01arz3ndektsv4rrffq69g5fav' as RolloutRecord['id'];

export function deviceOf(tenant: string, device: string): DeviceRecord {
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

export function assignmentOf(device: string): Assignment {
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

export function runOf(seq: number, firstSeq = seq): ReceivedRun {
  return { device: 'pi-1', boot: BOOT, firstSeq, seq };
}

export function rolloutOf(tenant: string, count: number): [RolloutRecord, MemberRecord[]] {
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
    terms: {},
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

export function sampleOf(device: string, fromMs: number, toMs: number, cpuMs = 100): UsageSample {
  const figures = { cpuMs, memoryBytes: 1_000, calls: 1, errors: 0, limitsHit: 0 };
  const of = { app: 'thermostat' as AppName, release: RELEASE, source: 'proc', isolation: 'process' } as const;
  return { device, app: 'thermostat', release: RELEASE, fromMs, toMs, host: null, workload: { ...of, ...figures } };
}
