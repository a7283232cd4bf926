import type { AuthorityStatus } from '@wherry/protocol';
import type { Look } from './tones.ts';

/** Where the roll-over of the authority is. */
export const AUTHORITY_PHASE_LOOKS: Readonly<Record<AuthorityStatus['phase'], Look>> = {
  settled: {
    label: 'none',
    tone: 'idle',
    shape: 'dash',
    hint: 'There is one authority, and devices believe it alone.',
  },
  begun: {
    label: 'begun',
    tone: 'busy',
    shape: 'dots',
    hint: 'Devices learn the new authority and get certificates of it; the control plane still shows the old one.',
  },
  switched: {
    label: 'switched',
    tone: 'busy',
    shape: 'play',
    hint: 'The control plane shows the new authority; devices that were away still find it.',
  },
  aborted: {
    label: 'aborted',
    tone: 'watch',
    shape: 'back',
    hint: 'Devices go back to the old authority, which never went away.',
  },
};
