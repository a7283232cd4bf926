import { formatDurationMs, type Rollout, type Wave } from '@wherry/protocol';
import { percent, timestamp } from '../terminal/figures.ts';
import { sheet, table } from '../terminal/table.ts';
import { formatPace, formatWindow } from './timing.ts';

const FAILURES = ['failed', 'reverted', 'rejected', 'timed_out', 'unhealthy'] as const;

export interface WaveSums {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** In flight or soaking. */
  readonly active: number;
  readonly waiting: number;
  /** Has its verdict, or will never get one here. */
  readonly done: number;
}

export function sumWave({ counts, total }: Wave): WaveSums {
  const count = (state: keyof Wave['counts']) => counts[state] ?? 0;
  const succeeded = count('succeeded');
  const failed = FAILURES.reduce((sum, state) => sum + count(state), 0);
  return {
    total,
    succeeded,
    failed,
    active: count('in_flight') + count('soaking'),
    waiting: count('waiting'),
    done: succeeded + failed + count('skipped'),
  };
}

export function rolloutTitle(rollout: Rollout): string {
  return `${rollout.app}@${rollout.version} to ${rollout.selector || 'all devices'}: ${rollout.state}`;
}

/** One line that says how far a rollout is; for logs and pipes. */
export function rolloutLine(rollout: Rollout): string {
  const waves = rollout.waves.map(sumWave);
  const sum = (pick: (wave: WaveSums) => number) => waves.reduce((total, wave) => total + pick(wave), 0);
  const total = sum((wave) => wave.total);
  const waiting = sum((w) => w.waiting);
  return (
    `${rolloutTitle(rollout)}${byAnother(rollout)}, wave ${rollout.currentWave + 1} of ${rollout.waves.length}, ` +
    `${sum((w) => w.succeeded)} of ${total} succeeded, ${sum((w) => w.failed)} failed, ${sum((w) => w.active)} in flight` +
    (waiting > 0 ? `, ${waiting} offline and waiting` : '')
  );
}

export function rolloutText(rollout: Rollout): string {
  const facts = sheet([
    ['rollout', rollout.id],
    ['release', `${rollout.app}@${rollout.version}`],
    ['devices', rollout.selector || 'all'],
    ['state', rollout.state],
    ['reason', rollout.verdict?.sentence],
    ['failures', rollout.verdict?.byCode?.map(({ code, count }) => `${count} ${code}`).join(', ')],
    ['failed on', rollout.verdict?.devices.join(', ') || null],
    ['started by', rollout.createdBy],
    ['awaits', awaitsText(rollout)],
    ['approved by', rollout.secondApproval?.approvedBy],
    ['in flight', `at most ${rollout.maxInFlight}`],
    ['deadline', formatDurationMs(rollout.deadlineMs)],
    ['soak', formatDurationMs(rollout.soakMs)],
    ['begins', rollout.startAtMs ? timestamp(rollout.startAtMs) : null],
    ['pace', rollout.pace ? formatPace(rollout.pace) : null],
    ['window', rollout.window ? formatWindow(rollout.window, formatDurationMs) : null],
    ['dynamic', rollout.dynamic ? 'devices that come to match join the last wave' : null],
    ['reverts', rollout.reverts],
    ['reverted by', rollout.revertedBy],
  ]);
  return `${facts}\n\n${wavesText(rollout)}\n${adviceText(rollout)}`.trimEnd();
}

export function wavesText(rollout: Rollout): string {
  return table(
    ['wave', 'state', 'devices', 'succeeded', 'failed', 'in flight', 'waiting', 'gate'],
    rollout.waves.map((wave, i) => {
      const sums = sumWave(wave);
      const { gate } = wave;
      const limits = `≥${percent(gate.minSuccess)} succeed, ≤${gate.maxFailures} fail, ≤${percent(gate.maxFailureRate)} from ${gate.minSample} on`;
      const approved = wave.approvedBy ? `, approved by ${wave.approvedBy}` : '';
      const isToBeApproved = wave.approval === 'needed' && wave.state === 'pending';
      const state = isToBeApproved ? `${wave.state}, needs approval` : `${wave.state}${approved}`;
      return [i + 1, state, sums.total, sums.succeeded, sums.failed, sums.active, sums.waiting, limits];
    }),
  );
}

/** Whose approval it waits for; null when it waits for none. */
export function awaitsText({ awaits }: Rollout): string | null {
  if (!awaits) return null;
  return `an approval of wave ${awaits.wave + 1}${awaits.otherThan ? ` by an operator other than ${awaits.otherThan}` : ''}`;
}

function byAnother({ awaits }: Rollout): string {
  return awaits?.otherThan ? ` (by an operator other than ${awaits.otherThan})` : '';
}

/** The wave, counted from 0, that somebody must approve next. */
export function waveToApprove({ state, waves }: Rollout): number | undefined {
  return state === 'awaiting_approval' ? waves.find((wave) => wave.approval === 'needed')?.index : undefined;
}

/** What an operator can do next. */
export function adviceText(rollout: Rollout): string {
  const { id, state } = rollout;
  if (state === 'halted')
    return `\nLook at the reasons: wherry rollout explain ${id}, wherry rollout show ${id} --devices\nThen: wherry rollout resume ${id}, or wherry rollout abort ${id} [--revert]`;
  if (state === 'paused') return `\nGo on with: wherry rollout resume ${id}`;
  if (state === 'draft') return `\nBegin it with: wherry rollout publish ${id}`;
  if (state === 'awaiting_approval')
    return `\nLet wave ${(waveToApprove(rollout) ?? rollout.currentWave) + 1} begin: wherry rollout approve ${id}${byAnother(rollout)}`;
  if (state === 'preparing' || state === 'running' || state === 'scheduled')
    return `\nFollow it with: wherry rollout watch ${id}`;
  return '';
}
