import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until the condition holds; fails with what was last seen when the time is over. */
export async function eventually<T>(
  what: string,
  ask: () => T | Promise<T>,
  withinMs = 60_000,
): Promise<Exclude<T, undefined | null | false>> {
  const endsAtMs = performance.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (value) return value as Exclude<T, undefined | null | false>;
    if (performance.now() > endsAtMs)
      throw new Error(`${what}: not within ${withinMs} ms; last seen ${JSON.stringify(value)}`);
    await pause(10);
  }
}
