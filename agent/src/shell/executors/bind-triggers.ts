import type { CallOutcome } from '../../runtimes/port.ts';
import type { HeldInstance } from '../instances.ts';
import { firstProblem } from '../workload-spec.ts';
import type { Executor, ExecutorContext } from './context.ts';

export const bindTriggers: Executor<'bindTriggers'> = (app, effect, context) => {
  const held = context.instances.get(app);
  if (held === undefined || held.ticket !== effect.ticket) return;
  const { triggers } = held.release;
  context.triggers.bind(app, triggers, (event) => held.instance.call(event));
  if (triggers.some((trigger) => trigger.on === 'start'))
    void held.instance.call({ on: 'start' }).then((outcome) => judgeStart(held, outcome, context));
};

/** A guest whose start fails is no better than one that crashed. */
function judgeStart(held: HeldInstance, outcome: CallOutcome, context: ExecutorContext): void {
  if (outcome.ok || context.instances.get(held.app) !== held) return;
  const { code, message } = firstProblem(outcome.problems);
  context.dispatch(held.app, { type: 'crashed', ticket: held.ticket, code, message: `start: ${message}` });
}
