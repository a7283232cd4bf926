import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'has taken its runner over and sends log lines without end',
  escape: 'more than 3000 lines in two seconds are taken',
  expect: /^504 wall_limit$/,
  device: 'hostile-runner',
  guest: handler(''),
  escaped: (scene) => {
    const told = scene.logs().length;
    return told > 3_000 ? `${told} lines were taken` : null;
  },
};
