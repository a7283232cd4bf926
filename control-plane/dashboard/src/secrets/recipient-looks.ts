import type { SecretRecipient } from '@wherry/protocol';
import type { Look } from '../words/tones.ts';

/** What a device can read of a secret whose newest version is given. */
export function recipientLook({ key, version }: SecretRecipient, newest: number): Look {
  if (version === newest)
    return { label: `version ${version}`, tone: 'good', shape: 'check', hint: 'It has the newest value.' };
  if (version !== null)
    return {
      label: `version ${version}, not yet ${newest}`,
      tone: 'watch',
      shape: 'clock',
      hint: 'It can read an older value; the newest one was not sealed to it.',
    };
  if (key === null)
    return {
      label: 'no key yet',
      tone: 'idle',
      shape: 'dots',
      hint: 'The device has not said to which key to seal; its agent does so with its inventory.',
    };
  return { label: 'nothing', tone: 'idle', shape: 'dash', hint: 'No value is sealed to the key that it has now.' };
}
