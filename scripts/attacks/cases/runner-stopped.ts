import { until } from '@wherry/agent/testing/stage';
import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'has its runner stopped, so that it lives and never answers',
  escape: 'the app never answers again, or the canary is affected',
  expect: /^50[234] \w+, then 200 here$/,
  release: () => ({ limits: { wallMs: 2_000 } }),
  guest: c(
    'static void attack(void) { volatile double x = 1; if (strcmp(getenv("QUERY_STRING"), "burn") == 0) for (int i = 0; i < 60000000; i++) x = x * 1.0000001; printf("here"); }',
  ),
  async act(scene) {
    const state = await scene.deploy();
    if (state !== 'healthy') return state;
    const before = await scene.runner();
    process.kill(before, 'SIGSTOP');
    const meanwhile = await scene.call();
    await until('its runner is gone', () => !scene.stage.runners().includes(before), 20_000);
    return `${meanwhile}, then ${await scene.callAgain()}`;
  },
};
