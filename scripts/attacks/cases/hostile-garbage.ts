import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'has taken its runner over and writes noise to the agent',
  escape: 'the agent or the canary ends',
  expect: /^502 guest_error$/,
  device: 'hostile-runner',
  guest: handler(''),
};
