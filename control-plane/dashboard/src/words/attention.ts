import type { DeviceIdentity } from '@wherry/protocol';
import type { Look } from './tones.ts';

type Attention = NonNullable<DeviceIdentity['attention']>;

interface AttentionWords {
  readonly look: Look;
  readonly sentence: string;
  readonly advice: string;
  /** On the button that lets it go on. */
  readonly act: string;
}

/** What an operator must decide about a device's identity. */
export const ATTENTION_WORDS: Readonly<Record<Attention, AttentionWords>> = {
  cloned: {
    look: {
      label: 'set aside',
      tone: 'bad',
      shape: 'warning',
      hint: 'Two machines have its identity; neither gets in until an operator decides.',
    },
    sentence: 'Two machines have the identity of this device: it is set aside, and neither gets in.',
    advice:
      'A copied card, perhaps, or a thief. Take the copy away, then let the other one go on; where nobody knows which is the copy, give the true one a new identity.',
    act: 'The copy is gone: let it go on',
  },
  renewal: {
    look: {
      label: 'asks for a certificate',
      tone: 'watch',
      shape: 'clock',
      hint: 'Its certificate has expired; an operator must let it go on.',
    },
    sentence: 'Its certificate has expired, and it asks for the next one.',
    advice: 'It was away for long. Let it go on if it was in your hands all the time.',
    act: 'Let it go on',
  },
};
