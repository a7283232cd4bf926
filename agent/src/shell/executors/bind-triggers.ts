import type { CallOutcome } from '../../runtimes/port.ts';
import type { HeldInstance } from '../instances.ts';
import { firstProblem } from '../workload-spec.ts';
import type { Executor, ExecutorContext } from './context.ts';

export const bindTriggers: Executor<'bindTriggers'> = (app, effect, context) => {
  const held = context.instances.find(app, effect.ticket);
  if (held === undefined) return;
  context.instances.promote(held);
  lead(held, context);
};

/** All triggers of its app lead to this instance from now on. */
export function lead(held: HeldInstance, context: ExecutorContext): void {
  const { app, instance } = held;
  const { triggers } = held.release;
  const gate = context.instances.gate(app);
  gate.lead(instance);
  context.triggers.bind(app, triggers, (event) => gate.call(event));
  if (triggers.some((trigger) => trigger.on === 'start'))
    void instance.call({ on: 'start' }).then((outcome) => judgeStart(held, outcome, context));
}

/** A guest whose start fails is no better than one that crashed. */
function judgeStart(held: HeldInstance, outcome: CallOutcome, context: ExecutorContext): void {
  if (outcome.ok || context.instances.get(held.app) !== held) return;
  const { code, message } = firstProblem(outcome.problems);
  const limit = outcome.limit && { limit: outcome.limit };
  context.dispatch(held.app, { type: 'crashed', ticket: held.ticket, code, message: `start: ${message}`, ...limit });
}
