import { httpCall } from './http-call.ts';

/** The honest module beside every attack: it keeps a key and a file, and says what is in them whenever it is asked. */
export const CANARY = 'canary';
/** It answers in a few milliseconds; a machine that is busy with other things is allowed for. */
const LATE_MS = 10_000;
const EVERY_MS = 100;

export const CANARY_SOURCE = `
static void attack(void) {
  char kept[256] = "";
  if (wherry_kv_get("treasure", 8, kept, sizeof kept - 1) == WHERRY_ABSENT) {
    wherry_kv_set("treasure", 8, getenv("SECRET"), strlen(getenv("SECRET")));
    wherry_kv_get("treasure", 8, kept, sizeof kept - 1);
  }
  printf("canary %s\\n", kept);
  leak(DATA, "secret.txt", 0);
}`;

/** What it answers as long as nobody has touched what is its own. */
export function canaryAnswer(secret: string): string {
  return `canary ${secret}\n[${secret}]`;
}

export interface CanaryWatch {
  /** Stops asking; null when it answered rightly and in time throughout. */
  end(): Promise<string | null>;
}

/** Asks the canary again and again while an attack runs. */
export function watchCanary(origin: string, expected: string): CanaryWatch {
  let isOver = false;
  let wrong: string | null = null;
  const over = (async () => {
    do {
      const beganMs = performance.now();
      const { status, body } = await httpCall(origin, `/${CANARY}/`, LATE_MS * 2);
      const tookMs = Math.round(performance.now() - beganMs);
      if (status !== 200 || body !== expected) wrong ??= `the canary answered ${status} ${body.slice(0, 200)}`;
      if (tookMs > LATE_MS) wrong ??= `the canary took ${tookMs} ms`;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    } while (!isOver && wrong === null);
  })();
  return {
    async end() {
      isOver = true;
      await over;
      return wrong;
    },
  };
}
