import type { DeploymentState } from '@wherry/protocol';
import type { Look } from './tones.ts';

export const DEPLOYMENT_LOOKS: Readonly<Record<DeploymentState, Look>> = {
  waiting: { label: 'waiting', tone: 'idle', shape: 'clock', hint: 'Assigned; the device has not begun.' },
  downloading: { label: 'downloading', tone: 'busy', shape: 'dots', hint: 'The device fetches the release.' },
  staged: { label: 'staged', tone: 'busy', shape: 'dots', hint: 'Fetched and verified; not started yet.' },
  activating: { label: 'activating', tone: 'busy', shape: 'play', hint: 'The device switches to the release.' },
  probing: {
    label: 'probing',
    tone: 'watch',
    shape: 'eye',
    hint: 'It runs; health probes must pass for the soak time.',
  },
  healthy: { label: 'healthy', tone: 'good', shape: 'check', hint: 'It runs and its health probes pass.' },
  reverting: {
    label: 'reverting',
    tone: 'bad',
    shape: 'back',
    hint: 'It failed; the device goes back to the last good release.',
  },
  reverted: { label: 'reverted', tone: 'bad', shape: 'back', hint: 'It failed; the last good release runs again.' },
  rejected: { label: 'rejected', tone: 'bad', shape: 'ban', hint: 'The device could not take this release at all.' },
  failed: {
    label: 'failed',
    tone: 'bad',
    shape: 'cross',
    hint: 'It failed and there was no earlier release to go back to.',
  },
};
