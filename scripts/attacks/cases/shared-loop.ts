import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';
import { attackBeside, neighbourHarmed } from '../neighbour.ts';

export const attack: Attack = {
  tries: 'shares a process, and never comes back from a call',
  escape: 'its neighbour gets no answer meanwhile, or is started again when the loop is ended',
  expect: /^504 wall_limit, neighbour well, 2 processes$/,
  beside: true,
  release: () => ({ limits: { wallMs: 700 } }),
  guest: handler('(loop $l (br $l))'),
  act: attackBeside,
  escaped: (scene, outcome) =>
    outcome.startsWith('0 ') ? 'the loop was never ended' : neighbourHarmed(scene, outcome),
};
