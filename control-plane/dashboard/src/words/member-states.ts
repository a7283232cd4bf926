import { MEMBER_STATES, type MemberState } from '@wherry/protocol';
import type { Look } from './tones.ts';

export const MEMBER_LOOKS: Readonly<Record<MemberState, Look>> = {
  pending: { label: 'pending', tone: 'idle', shape: 'ring', hint: 'Its wave has not come, or no slot is free.' },
  waiting: { label: 'waiting', tone: 'idle', shape: 'clock', hint: 'Offline: set aside, joins when it is heard.' },
  in_flight: { label: 'in flight', tone: 'busy', shape: 'play', hint: 'Assigned; the device is at work on it.' },
  soaking: { label: 'soaking', tone: 'watch', shape: 'eye', hint: 'Healthy, and watched until the soak ends.' },
  succeeded: { label: 'succeeded', tone: 'good', shape: 'check', hint: 'Healthy to the end of the soak.' },
  failed: { label: 'failed', tone: 'bad', shape: 'cross', hint: 'Failed with nothing to go back to.' },
  reverted: { label: 'reverted', tone: 'bad', shape: 'back', hint: 'Failed; the last good release runs again.' },
  rejected: { label: 'rejected', tone: 'bad', shape: 'ban', hint: 'The device could not take this release.' },
  timed_out: { label: 'timed out', tone: 'bad', shape: 'clock', hint: 'Said nothing final before its deadline.' },
  unhealthy: { label: 'unhealthy', tone: 'bad', shape: 'warning', hint: 'Became unhealthy during the soak.' },
  skipped: { label: 'skipped', tone: 'idle', shape: 'dash', hint: 'Left out: already there, removed, or taken over.' },
};

/** Order in a bar: what is done first, what has not begun last, so that a bar fills from the left. */
export const BAR_ORDER: readonly MemberState[] = [
  'succeeded',
  'soaking',
  'in_flight',
  'failed',
  'reverted',
  'rejected',
  'timed_out',
  'unhealthy',
  'waiting',
  'pending',
  'skipped',
];

export const FAILED_MEMBER_STATES: readonly MemberState[] = MEMBER_STATES.filter((s) => MEMBER_LOOKS[s].tone === 'bad');

/** Members that answered, or whose deadline answered for them: the denominator of the gates. */
export const REACHED_MEMBER_STATES: readonly MemberState[] = ['succeeded', 'soaking', ...FAILED_MEMBER_STATES];
