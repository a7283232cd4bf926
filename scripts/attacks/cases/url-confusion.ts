import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'spells the forbidden server in ways that a check may read otherwise than a client does',
  escape: 'the forbidden server is asked, or its answer comes out',
  expect: /^200 denied=0 taken=0$/,
  release: ({ stage }) => ({
    capabilities: { http: { allow: [`${stage.places.openUrl}/only`] } },
    limits: { wallMs: 8_000 },
  }),
  guest: c(`
static void attack(void) {
  const char *open = getenv("OPEN_URL"), *closed = getenv("CLOSED_URL"), *port = strrchr(closed, ':') + 1; char u[1024]; int denied = 0;
  const char *forms[] = { "%s@127.0.0.1:%s/only", "http://127.1:%2$s/only", "http://0x7f000001:%2$s/only", "http://[::ffff:127.0.0.1]:%2$s/only", "%s/only/../../only@127.0.0.1:%s", "%s\\\\\\\\@127.0.0.1:%s/only", "http://localhost:%2$s/only", "%s/only/%%2e%%2e/closed?%s", "%s/only%%2f..%%2fclosed?%s", "ftp://127.0.0.1:%2$s/only" };
  int taken = 0;
  for (int i = 0; i < 10; i++) { snprintf(u, sizeof u, forms[i], open, port); taken += fetch(u) >= 0; }
  denied = 0; printf("denied=0 taken=%d", taken); fflush(stdout); _exit(0);
  printf("denied=%d", denied);
}`),
};
