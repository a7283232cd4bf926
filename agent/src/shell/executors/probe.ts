import { firstProblem } from '../workload-spec.ts';
import type { Executor } from './context.ts';

export const probe: Executor<'probe'> = async (app, effect, context) => {
  const { ticket } = effect;
  const held = context.instances.find(app, ticket);
  if (held === undefined) return;
  const probed = await held.instance.probe();
  if (probed.ok) context.dispatch(app, { type: 'probe_passed', ticket });
  else context.dispatch(app, { type: 'probe_failed', ticket, ...firstProblem(probed.problems) });
};
