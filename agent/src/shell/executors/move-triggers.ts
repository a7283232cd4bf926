import { LIMITS, type Problem } from '@wherry/protocol';
import type { HeldInstance } from '../instances.ts';
import { firstProblem } from '../workload-spec.ts';
import { lead } from './bind-triggers.ts';
import { DRAIN_MS_MAX, type Executor, type ExecutorContext, STOP_GRACE_MS } from './context.ts';

/**
 * Gives the triggers of the last good release's instance to the one that has proved itself beside it, in one step of the event
 * loop: every call is made once, of one of them. Where both can, state is handed over first: calls wait at the gate, the old
 * instance finishes what it has and saves, the new one loads. What goes wrong before the step leaves everything as it was. The
 * old one then finishes what it still does, and ends.
 */
export const moveTriggers: Executor<'moveTriggers'> = async (app, effect, context) => {
  const { instances } = context;
  const { ticket } = effect;
  const before = instances.get(app);
  const next = instances.find(app, ticket);
  if (next === undefined || before === undefined) return;
  if (before === next) return void context.dispatch(app, { type: 'moved', ticket });
  const gate = instances.gate(app);
  try {
    const problem = await handOver(before, next, context);
    if (problem !== null) return void context.dispatch(app, { type: 'move_failed', ticket, ...problem });
    await context.settleUsage(before);
    // Something else may be wanted by now; whoever wanted it has dismissed the new instance, or will.
    if (!context.isMoving(app, ticket)) return;
    context.effects.run('triggers.move', () => instances.promote(next));
    context.dispatch(app, { type: 'moved', ticket });
    lead(next, context);
    void retire(before, context);
  } finally {
    // No call waits longer than for this: it goes to whichever of the two it is now.
    const serving = instances.get(app);
    if (serving !== undefined) gate.lead(serving.instance);
  }
};

type MoveProblem = Problem & { readonly isFinal: boolean };

async function handOver(
  before: HeldInstance,
  next: HeldInstance,
  { instances, effects }: ExecutorContext,
): Promise<MoveProblem | null> {
  const from = before.instance.state;
  const to = next.instance.state;
  if (from === undefined || to === undefined || !from.isSaved() || !to.isLoaded()) return null;
  instances.gate(before.app).hold();
  const limitMs = drainMsOf(before);
  if ((await before.instance.settled?.(limitMs)) === false)
    return problemOf('health_failed', `a call of ${before.release.version} did not end in ${limitMs} ms`, false);
  const saved = await effects.run('state.save', () => from.save());
  if (!saved.ok)
    return problemOf('health_failed', `${before.release.version} did not save its state: ${sentence(saved)}`, true);
  if (saved.value.length > LIMITS.stateBytes)
    return problemOf(
      'payload_too_large',
      `the state of ${before.release.version} has ${saved.value.length} bytes; at most ${LIMITS.stateBytes} are handed over: publish with swap: restart to leave it behind`,
      true,
    );
  const loaded = await effects.run('state.load', () => to.load(saved.value));
  return loaded.ok ? null : problemOf('health_failed', `it did not load the state: ${sentence(loaded)}`, true);
}

function sentence({ problems }: { readonly problems: readonly Problem[] }): string {
  return firstProblem(problems).message;
}

function problemOf(code: Problem['code'], message: string, isFinal: boolean): MoveProblem {
  return { code, message, isFinal };
}

async function retire(held: HeldInstance, { instances, effects, log }: ExecutorContext): Promise<void> {
  instances.retire(held);
  try {
    await held.instance.settled?.(drainMsOf(held));
    await effects.run('runtime.stop', () => held.instance.stop(STOP_GRACE_MS));
  } catch (error) {
    log.error({ app: held.app, err: error }, 'end the instance of the last release');
  }
}

/** A call ends within its wall limit, or is ended by it. */
export function drainMsOf({ release }: HeldInstance): number {
  return Math.min(release.limits.wallMs, DRAIN_MS_MAX);
}
