import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until the condition holds; generous, because a machine that does much else at the same time is slow. */
export async function until(what: string, isSo: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const endsAtMs = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > endsAtMs) throw new Error(`${what}: not within ${withinMs} ms`);
    await pause(100);
  }
}
