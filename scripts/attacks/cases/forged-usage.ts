import { until } from '@wherry/agent/testing/stage';
import type { Attack } from '../attack.ts';
import { CANARY } from '../canary.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries:
    'publishes a usage batch of another app on the device’s topics, with every topic granted, and burns CPU meanwhile',
  escape: 'the control plane hears of 424242 calls of the canary, or the canary is charged for the attacker’s time',
  expect: /^200 (published|refused)=\d+, sampled$/,
  release: () => ({ capabilities: { mqtt: { publish: ['#'] } }, limits: { wallMs: 20_000 }, usageEveryMs: 1_000 }),
  guest: c(`
static void attack(void) {
  const char *topics[] = { "wherry/v1/default/pi-attacked/usage", "wherry/v1/default/pi-attacked/report" };
  const char *batch = "{\\"boot\\":\\"00000000000000000000000000000000\\",\\"samples\\":[{\\"seq\\":1,\\"fromMs\\":1,\\"toMs\\":2,\\"workloads\\":[{\\"app\\":\\"canary\\",\\"calls\\":424242}]}]}";
  int published = 0; volatile double x = 1;
  for (int i = 0; i < 2; i++) published += wherry_publish(topics[i], strlen(topics[i]), batch, strlen(batch)) == 0;
  for (int i = 0; i < 300000000; i++) x = x * 1.0000001;
  printf("published=%d", published);
}`),
  async act(scene) {
    const state = await scene.deploy();
    if (state !== 'healthy') return state;
    const answer = await scene.call();
    const own = () => scene.samples().flatMap(({ workloads }) => workloads.filter(({ app }) => app === scene.app));
    await until(
      'the attacker’s own time is told',
      () => own().reduce((sum, { cpuMs }) => sum + cpuMs, 0) > 200,
      25_000,
    );
    return `${answer}, sampled`;
  },
  escaped(scene) {
    const canary = scene.samples().flatMap(({ workloads }) => workloads.filter(({ app }) => app === CANARY));
    if (canary.some(({ calls }) => calls > 100_000)) return 'forged calls were told';
    const forged = scene.stage.fleet.heard.some(({ payload }) => payload.includes('424242'));
    return forged ? 'the control plane heard the forged batch' : null;
  },
};
