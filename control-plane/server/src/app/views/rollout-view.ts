import type { Rollout, RolloutMember, Wave } from '@wherry/protocol';
import { crossingWave, isClosed, isSecondDue } from '../../domain/rollouts/approval.ts';
import type { RolloutHeader, WaveHeader } from '../../domain/rollouts/model.ts';
import type { MemberRecord, RolloutRecord } from '../../storage/port/rollouts.ts';

export function rolloutView(record: RolloutRecord): Rollout {
  const { header } = record;
  const { id, app, version, release, selector, config, rollback, createdBy, createdAtMs, reverts, revertedBy } = record;
  const { state, currentWave, maxInFlight, deadlineMs, soakMs, verdict, finishedAtMs } = header;
  return {
    id,
    app,
    version,
    release,
    selector,
    state,
    waves: header.waves.map((_, index) => waveView(header, index)),
    currentWave,
    maxInFlight,
    deadlineMs,
    soakMs,
    config,
    rollback,
    verdict,
    createdBy,
    createdAtMs,
    finishedAtMs,
    reverts,
    revertedBy,
    startAtMs: header.startAtMs,
    pace: header.pace && { devicesPerMinute: header.pace.devicesPerMinute, growth: header.pace.growth },
    window: record.terms.window ?? null,
    download: record.terms.download ?? null,
    watch: header.watch,
    dynamic: header.isDynamic,
    secondApproval: secondView(header),
    awaits: awaitsView(header),
    nextAtMs: header.state === 'scheduled' ? null : header.wakeAtMs,
  };
}

export function memberView({ member, previousVersion }: MemberRecord): RolloutMember {
  const { device, wave, state, deployment, attempt, code, message, variant, updatedAtMs, deadlineAtMs } = member;
  return {
    device,
    wave,
    state,
    deployment,
    attempt,
    code,
    message,
    variant,
    previousVersion,
    updatedAtMs,
    deadlineAtMs,
  };
}

function secondView(header: RolloutHeader): Rollout['secondApproval'] {
  if (!header.second) return null;
  const { aboveDevices, requestedBy, approvedBy } = header.second;
  return { aboveDevices, requestedBy: requestedBy.operator, approvedBy, wave: crossingWave(header) };
}

function awaitsView(header: RolloutHeader): Rollout['awaits'] {
  const { state, currentWave: wave, second } = header;
  if (state !== 'awaiting_approval') return null;
  return { wave, otherThan: second && isSecondDue(header, wave) ? second.requestedBy.operator : null };
}

function waveView(header: RolloutHeader, index: number): Wave {
  const wave = header.waves[index];
  if (!wave) throw new RangeError(`rollout has no wave ${index}`);
  const { total, counts, gate, acknowledged } = wave;
  const approval = isClosed(header, index)
    ? 'needed'
    : wave.needsApproval || wave.approvedBy !== undefined
      ? 'given'
      : 'none';
  const approvedBy = wave.approvedBy ?? null;
  return { index, total, counts, gate, acknowledged, approval, approvedBy, state: waveState(header, index, wave) };
}

function waveState(header: RolloutHeader, index: number, wave: WaveHeader): Wave['state'] {
  if (header.verdict?.wave === index) return 'tripped';
  if (wave.isPassed) return 'passed';
  if (header.beganAtMs === null || index > header.currentWave) return 'pending';
  if (!isClosed(header, index)) return 'running';
  return header.state === 'aborted' ? 'pending' : 'awaiting_approval';
}
