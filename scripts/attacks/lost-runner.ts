import { until } from '@wherry/agent/testing/stage';
import type { Attack } from './attack.ts';
import { c } from './guests.ts';

/** Release, guest and act of a program whose runner gets a signal in the middle of its life: what is answered meanwhile, and afterwards. */
export function lostRunner(signal: 'SIGKILL' | 'SIGSTOP'): Pick<Attack, 'release' | 'guest' | 'act'> {
  return {
    release: () => ({ limits: { wallMs: 2_000 } }),
    guest: c(
      'static void attack(void) { volatile double x = 1; if (strcmp(getenv("QUERY_STRING"), "burn") == 0) for (int i = 0; i < 60000000; i++) x = x * 1.0000001; printf("here"); }',
    ),
    async act(scene) {
      const state = await scene.deploy();
      if (state !== 'healthy') return state;
      const before = await scene.runner();
      process.kill(before, signal);
      const meanwhile = await scene.call();
      await until('its runner is gone', () => !scene.stage.runners().includes(before), 20_000);
      return `${meanwhile}, then ${await scene.callAgain()}`;
    },
  };
}
