import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'logs long lines as fast as it can',
  escape: 'more than 600 lines in two seconds are taken, or one is longer than 4 KiB',
  expect: /^504 wall_limit$/,
  guest: c(
    'static char line[60000]; static void attack(void) { memset(line, 65, sizeof line); for (;;) wherry_log(1, line, sizeof line); }',
  ),
  escaped(scene) {
    const lines = scene.logs();
    if (lines.length > 600) return `${lines.length} lines were taken`;
    return lines.some(({ text }) => text.length > 4096) ? 'a line is too long' : null;
  },
};
