import type { Rollout, RolloutMember, Wave } from '@wherry/protocol';
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

function waveView(header: RolloutHeader, index: number): Wave {
  const wave = header.waves[index];
  if (!wave) throw new RangeError(`rollout has no wave ${index}`);
  const { total, counts, gate, acknowledged } = wave;
  const approval = wave.needsApproval ? (wave.isApproved ? 'given' : 'needed') : 'none';
  return { index, total, counts, gate, acknowledged, approval, state: waveState(header, index, wave) };
}

function waveState(header: RolloutHeader, index: number, wave: WaveHeader): Wave['state'] {
  if (header.verdict?.wave === index) return 'tripped';
  if (wave.isPassed) return 'passed';
  if (header.beganAtMs === null || index > header.currentWave) return 'pending';
  if (!wave.needsApproval || wave.isApproved) return 'running';
  return header.state === 'aborted' ? 'pending' : 'awaiting_approval';
}
