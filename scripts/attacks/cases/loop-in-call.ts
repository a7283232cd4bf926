import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'never comes back from a call',
  escape: 'the call still runs three seconds after its limit of half a second',
  expect: /^504 wall_limit$/,
  release: () => ({ limits: { wallMs: 500 } }),
  guest: handler('(loop $l (br $l))'),
  act: async (scene) => `${await scene.deploy()}` && scene.call('/', 3_500),
  escaped: (_scene, outcome) => (outcome.startsWith('0 ') ? 'the call was never ended' : null),
};
