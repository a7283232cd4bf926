import { formatDurationMs, type Rollout, type Wave } from '@wherry/protocol';
import { percent } from '../terminal/figures.ts';
import { sheet, table } from '../terminal/table.ts';

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
    `${rolloutTitle(rollout)}, wave ${rollout.currentWave + 1} of ${rollout.waves.length}, ` +
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
    ['failed on', rollout.verdict?.devices.join(', ') || null],
    ['started by', rollout.createdBy],
    ['in flight', `at most ${rollout.maxInFlight}`],
    ['deadline', formatDurationMs(rollout.deadlineMs)],
    ['soak', formatDurationMs(rollout.soakMs)],
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
      return [i + 1, wave.state, sums.total, sums.succeeded, sums.failed, sums.active, sums.waiting, limits];
    }),
  );
}

/** What an operator can do next. */
export function adviceText({ id, state }: Rollout): string {
  if (state === 'halted')
    return `\nLook at the devices: wherry rollout show ${id} --devices\nThen: wherry rollout resume ${id}, or wherry rollout abort ${id} [--revert]`;
  if (state === 'paused') return `\nGo on with: wherry rollout resume ${id}`;
  if (state === 'running') return `\nFollow it with: wherry rollout watch ${id}`;
  return '';
}
