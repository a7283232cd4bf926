import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'asks by a name that leads to the device itself',
  escape: 'the forbidden server is asked, or its answer comes out',
  expect: /^200 denied=2$/,
  release: ({ stage }) => ({
    capabilities: {
      http: {
        allow: [
          `http://localhost:${new URL(stage.places.closedUrl).port}`,
          `http://mixed.test:${new URL(stage.places.closedUrl).port}`,
        ],
      },
    },
    limits: { wallMs: 8_000 },
  }),
  guest: c(`
static void attack(void) {
  const char *open = getenv("OPEN_URL"), *closed = getenv("CLOSED_URL"), *port = strrchr(closed, ':') + 1; char u[1024]; int denied = 0;
  const char *names[] = { "localhost", "mixed.test" };
  for (int i = 0; i < 2; i++) { snprintf(u, sizeof u, "http://%s:%s/", names[i], port); denied += fetch(u) == WHERRY_DENIED; }
  printf("denied=%d", denied);
}`),
};
