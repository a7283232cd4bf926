import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries:
    'publishes on topics that it was not granted: beside, above and below its own, with wildcards, with control characters',
  escape: 'a message on a topic other than its own reaches the device’s broker',
  expect: /^200 taken=0$/,
  release: () => ({ capabilities: { mqtt: { publish: ['mine/+'] } } }),
  guest: c(`
static void attack(void) {
  const char *topics[] = { "other", "mine", "mine/a/b", "mine/+", "mine/#", "#", "$SYS/x", "mine//a", "/mine/a", "canary/alarm", "mine/a\\n", "wherry/v1/default/pi-attacked/usage" };
  int taken = 0;
  for (int i = 0; i < 12; i++) taken += wherry_publish(topics[i], strlen(topics[i]), "x", 1) == 0;
  taken += wherry_publish("mine/\\0a", 7, "x", 1) == 0;
  printf("taken=%d", taken);
}`),
  escaped: (scene) => {
    const foreign = scene.published().find(({ topic }) => !/^mine\/[^/]+$/.test(topic));
    return foreign === undefined ? null : `a message came on ${foreign.topic}`;
  },
};
