import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'publishes as fast as it can',
  escape: 'more than 700 messages in two seconds reach the device’s broker',
  expect: /^504 wall_limit$/,
  release: () => ({ capabilities: { mqtt: { publish: ['flood'] } } }),
  guest: c('static void attack(void) { for (;;) wherry_publish("flood", 5, "x", 1); }'),
  escaped: (scene) => (scene.published().length > 700 ? `${scene.published().length} messages came` : null),
};
