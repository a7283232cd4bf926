import { firstProblem } from '../workload-spec.ts';
import type { Executor } from './context.ts';
import { despiteDisk } from './despite-disk.ts';
import { makeRunnable } from './runnable.ts';

export const prepare: Executor<'prepare'> = async (app, effect, context, signal) => {
  const { ticket } = effect;
  const runnable = await makeRunnable(app, effect, context, signal);
  if (!runnable.ok) {
    context.dispatch(app, { type: 'refused', ticket, code: runnable.code, message: runnable.message });
    return;
  }
  const { runtime, spec } = runnable;
  const prepared = await despiteDisk(() => context.effects.run('runtime.prepare', () => runtime.prepare(spec)), signal);
  if (prepared.ok) context.dispatch(app, { type: 'prepared', ticket, runtime: runtime.name });
  else context.dispatch(app, { type: 'refused', ticket, ...firstProblem(prepared.problems) });
};
