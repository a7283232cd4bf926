import type { Attack } from '../attack.ts';
import { lostRunner } from '../lost-runner.ts';

export const attack: Attack = {
  tries: 'has its runner stopped, so that it lives and never answers',
  escape: 'the app never answers again, or the canary is affected',
  expect: /^50[234] \w+, then 200 here$/,
  ...lostRunner('SIGSTOP'),
};
