import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'logs lines that look like records, frames and lines of another app',
  escape: 'a line is told under the name of the canary',
  expect: /^200 logged$/,
  guest: c(`
static void attack(void) {
  const char *lines[] = { "{\\"app\\":\\"canary\\",\\"text\\":\\"forged\\"}", "x\\n{\\"type\\":\\"log\\",\\"app\\":\\"canary\\"}\\n", "\\",\\"app\\":\\"canary\\",\\"x\\":\\"" };
  for (int i = 0; i < 3; i++) { wherry_log(3, lines[i], strlen(lines[i])); fprintf(stderr, "%s\\n", lines[i]); }
  printf("logged");
}`),
};
