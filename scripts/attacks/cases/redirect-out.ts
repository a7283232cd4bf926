import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'follows redirects of every kind from a server it may ask to one it may not',
  escape: 'the forbidden server is asked, or its answer comes out',
  expect: /^200 denied=5$/,
  release: ({ stage }) => ({ capabilities: { http: { allow: [stage.places.openUrl] } }, limits: { wallMs: 8_000 } }),
  guest: c(`
static void attack(void) {
  const char *open = getenv("OPEN_URL"), *closed = getenv("CLOSED_URL"), *port = strrchr(closed, ':') + 1; char u[1024]; int denied = 0;
  int kinds[] = { 301, 302, 303, 307, 308 };
  for (int i = 0; i < 5; i++) { snprintf(u, sizeof u, "%s/?status=%d&to=%s/", open, kinds[i], closed); denied += fetch(u) == WHERRY_DENIED; }
  printf("denied=%d", denied);
}`),
};
