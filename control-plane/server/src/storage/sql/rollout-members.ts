import type {
  DeploymentState,
  DeviceId,
  Digest,
  ErrorCode,
  MemberState,
  RolloutId,
  VariantKind,
  Version,
} from '@wherry/protocol';
import type { Selectable } from 'kysely';
import type { MemberRecord } from '../port/rollouts.ts';
import type { Tables } from './tables.ts';

export function write(tenant: string, record: MemberRecord): Tables['rollout_member'] {
  const { member } = record;
  return {
    tenant,
    rollout: record.rollout,
    device: member.device,
    position: record.position,
    wave: member.wave,
    state: member.state,
    release: member.release,
    attempt: member.attempt,
    generation: member.generation,
    deployment: member.deployment,
    code: member.code,
    message: member.message,
    variant: member.variant,
    updated_at_ms: member.updatedAtMs,
    deadline_at_ms: member.deadlineAtMs,
    previous_release: record.previousRelease,
    previous_version: record.previousVersion,
    previous_config_json: JSON.stringify(record.previousConfig),
    target_json: record.target && JSON.stringify(record.target),
    baseline_json: null,
  };
}

export function read(row: Selectable<Tables['rollout_member']>): MemberRecord {
  return {
    rollout: row.rollout as RolloutId,
    position: row.position,
    member: {
      device: row.device as DeviceId,
      wave: row.wave,
      state: row.state as MemberState,
      release: row.release as Digest | null,
      attempt: row.attempt,
      generation: row.generation,
      deployment: row.deployment as DeploymentState | null,
      code: row.code as ErrorCode | null,
      message: row.message,
      variant: row.variant as VariantKind | null,
      updatedAtMs: row.updated_at_ms,
      deadlineAtMs: row.deadline_at_ms,
    },
    previousRelease: row.previous_release as Digest | null,
    previousVersion: row.previous_version as Version | null,
    previousConfig: JSON.parse(row.previous_config_json) as Record<string, string>,
    target: row.target_json === null ? null : JSON.parse(row.target_json),
  };
}
