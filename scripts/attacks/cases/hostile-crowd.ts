import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'has taken its runner over and makes ten thousand host calls at once',
  escape: 'the agent serves them side by side',
  expect: /^502 guest_error$/,
  device: 'hostile-runner',
  guest: handler(''),
  escaped: (_scene, outcome) => (outcome.startsWith('200') ? 'they were served' : null),
};
