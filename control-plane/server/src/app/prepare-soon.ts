import type { AppContext } from './context.ts';
import { prepareRollouts } from './prepare-rollouts.ts';

/** One preparation at a time in this process, however many ask. */
const underWay = new WeakMap<AppContext, Promise<void>>();

/** Prepares what was just staged, without making anybody wait; what fails now is done by the job that repeats. */
export function prepareSoon(context: AppContext): void {
  const before = underWay.get(context) ?? Promise.resolve();
  const done = before.then(async () => {
    try {
      await prepareRollouts(context);
    } catch (error) {
      context.log.error({ err: error }, 'write the members of a rollout');
    }
    if (underWay.get(context) === done) underWay.delete(context);
  });
  underWay.set(context, done);
}

/** Resolves when nothing is being prepared: before the store is closed. */
export async function drainPreparation(context: AppContext): Promise<void> {
  for (let current = underWay.get(context); current; current = underWay.get(context)) await current;
}
