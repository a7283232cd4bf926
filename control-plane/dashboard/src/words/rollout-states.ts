import type { RolloutState, Verdict, Wave } from '@wherry/protocol';
import type { Look } from './tones.ts';

export const ROLLOUT_LOOKS: Readonly<Record<RolloutState, Look>> = {
  draft: {
    label: 'draft',
    tone: 'idle',
    shape: 'ring',
    hint: 'Planned and kept; nothing is assigned until somebody begins it.',
  },
  scheduled: { label: 'scheduled', tone: 'idle', shape: 'clock', hint: 'Starts at its time.' },
  running: { label: 'running', tone: 'busy', shape: 'play', hint: 'Devices are being assigned.' },
  paused: { label: 'paused', tone: 'watch', shape: 'pause', hint: 'Nothing more is assigned until it is resumed.' },
  halted: { label: 'halted', tone: 'bad', shape: 'warning', hint: 'A gate tripped: nothing more is assigned.' },
  awaiting_approval: {
    label: 'awaiting approval',
    tone: 'watch',
    shape: 'clock',
    hint: 'Somebody approves, then the next wave begins.',
  },
  completed: { label: 'completed', tone: 'good', shape: 'check', hint: 'Every device has its verdict.' },
  aborted: { label: 'aborted', tone: 'idle', shape: 'ban', hint: 'Ended by an operator.' },
};

export const WAVE_LOOKS: Readonly<Record<Wave['state'], Look>> = {
  pending: { label: 'pending', tone: 'idle', shape: 'ring', hint: 'Begins when the wave before it has passed.' },
  running: { label: 'running', tone: 'busy', shape: 'play', hint: 'Its devices are being assigned.' },
  passed: { label: 'passed', tone: 'good', shape: 'check', hint: 'Its gate was met.' },
  tripped: { label: 'tripped', tone: 'bad', shape: 'warning', hint: 'Its gate was crossed.' },
};

/** Of a wave that is not begun before somebody approves it. */
export const NEEDS_APPROVAL: Look = {
  label: 'needs approval',
  tone: 'watch',
  shape: 'clock',
  hint: 'Begins only after somebody approves it.',
};

export const GATE_WORDS: Readonly<Record<Verdict['limit'], string>> = {
  minSuccess: 'successes, at least',
  maxFailures: 'failures, at most',
  maxFailureRate: 'failure rate, at most',
};
