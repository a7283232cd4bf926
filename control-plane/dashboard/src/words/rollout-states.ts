import type { RolloutState, Verdict, Wave } from '@wherry/protocol';
import type { Look } from './tones.ts';
import { counted, percent } from './units.ts';

export const ROLLOUT_LOOKS: Readonly<Record<RolloutState, Look>> = {
  preparing: {
    label: 'preparing',
    tone: 'busy',
    shape: 'clock',
    hint: 'Its devices are being written down; then it begins.',
  },
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
  awaiting_approval: {
    label: 'awaiting approval',
    tone: 'watch',
    shape: 'clock',
    hint: 'It is next, and begins when somebody approves it.',
  },
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

/** The limit that was crossed, as a sentence. */
export function limitSentence({ limit, allowed }: Pick<Verdict, 'limit' | 'allowed'>): string {
  switch (limit) {
    case 'maxFailures':
      return allowed === 0
        ? 'The gate lets no device of a wave fail.'
        : `The gate lets at most ${counted(allowed, 'device')} of a wave fail.`;
    case 'maxFailureRate':
      return `The gate lets at most ${percent(allowed)} of the devices reached fail.`;
    case 'minSuccess':
      return `The gate asks that ${percent(allowed)} of the devices reached succeed.`;
  }
}
