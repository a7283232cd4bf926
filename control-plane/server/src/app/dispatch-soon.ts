import type { AppContext } from './context.ts';
import { dispatchDesired } from './dispatch-desired.ts';
import { APP_LIMITS } from './limits.ts';

/** One dispatch looks at a time, however many ask; `isAskedAgain` when something was written since it began. */
interface UnderWay {
  isAskedAgain: boolean;
  readonly done: Promise<void>;
}
const underWay = new WeakMap<AppContext, UnderWay>();

/** Sends what was just written without making anybody wait; what fails now is sent by the job that repeats. */
export function dispatchSoon(context: AppContext): void {
  const current = underWay.get(context);
  if (current) {
    current.isAskedAgain = true;
    return;
  }
  const started: UnderWay = { isAskedAgain: false, done: run(context) };
  underWay.set(context, started);
}

/** Resolves when nothing is being sent: before the store is closed. */
export async function drainDispatch(context: AppContext): Promise<void> {
  for (let current = underWay.get(context); current; current = underWay.get(context)) await current.done;
}

async function run(context: AppContext): Promise<void> {
  // What is written in the next moment goes with it: a dispatch is a commit.
  await new Promise((resolve) => setTimeout(resolve, APP_LIMITS.dispatchGatherMs));
  const current = underWay.get(context);
  if (current) current.isAskedAgain = false;
  try {
    await dispatchDesired(context);
  } catch (error) {
    context.log.error({ err: error }, 'publish desired states from the outbox');
  }
  const isAskedAgain = underWay.get(context)?.isAskedAgain ?? false;
  underWay.delete(context);
  if (isAskedAgain) dispatchSoon(context);
}
