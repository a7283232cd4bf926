import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'has taken its runner over and reports calls of the canary',
  escape: 'such calls are told',
  expect: /^502 guest_error$/,
  device: 'hostile-runner',
  guest: handler(''),
  escaped: (scene) =>
    scene.stage.fleet.heard.some(({ payload }) => payload.includes('424242')) ? 'forged calls were told' : null,
};
