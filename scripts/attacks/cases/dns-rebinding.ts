import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'asks by a name that has a harmless address when it is checked and the device’s own when it is used',
  escape: 'the forbidden server is asked, or its answer comes out',
  expect: /^200 denied=[12]$/,
  release: ({ stage }) => ({
    capabilities: { http: { allow: [`http://rebind.test:${new URL(stage.places.closedUrl).port}`] } },
    limits: { wallMs: 8_000 },
  }),
  guest: c(`
static void attack(void) {
  const char *open = getenv("OPEN_URL"), *closed = getenv("CLOSED_URL"), *port = strrchr(closed, ':') + 1; char u[1024]; int denied = 0;
  for (int i = 0; i < 2; i++) { snprintf(u, sizeof u, "http://rebind.test:%s/", port); denied += fetch(u) == WHERRY_DENIED; }
  printf("denied=%d", denied);
}`),
};
