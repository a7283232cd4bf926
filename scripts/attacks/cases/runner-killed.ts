import type { Attack } from '../attack.ts';
import { lostRunner } from '../lost-runner.ts';

export const attack: Attack = {
  tries: 'loses its runner to SIGKILL in the middle of its life',
  escape: 'the app never answers again, or the canary is affected',
  expect: /, then 200 here$/,
  ...lostRunner('SIGKILL'),
};
