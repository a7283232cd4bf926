import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until the answer is enough; fails with what was last seen when the time is over. */
export async function eventually<T>(
  what: string,
  ask: () => T | Promise<T>,
  isEnough: (value: T) => boolean = Boolean,
  withinMs = 60_000,
): Promise<T> {
  const endsAtMs = performance.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (isEnough(value)) return value;
    if (performance.now() > endsAtMs)
      throw new Error(`${what}: not within ${withinMs} ms; last seen ${JSON.stringify(value)}`);
    await pause(20);
  }
}
