import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'has taken its runner over and sends a frame of 4 GiB',
  escape: 'the agent holds it in memory',
  expect: /^502 guest_error$/,
  device: 'hostile-runner',
  guest: handler(''),
};
