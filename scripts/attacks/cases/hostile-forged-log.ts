import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'has taken its runner over and logs in the name of the canary',
  escape: 'such a line is told',
  expect: /^502 guest_error$/,
  device: 'hostile-runner',
  guest: handler(''),
};
