import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'has taken its runner over and never answers',
  escape: 'the call is never ended',
  expect: /^504 wall_limit$/,
  device: 'hostile-runner',
  guest: handler(''),
};
