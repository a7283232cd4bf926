import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'has taken its runner over and asks the agent for what its release was not granted',
  escape: 'a request is not denied',
  expect: /^200 (-2,){7}-[234],-[234]$/,
  device: 'hostile-runner',
  guest: handler(''),
  escaped: (_scene, outcome) => (/^200 (.*,)?\d/.test(outcome) ? `the agent answered ${outcome}` : null),
};
