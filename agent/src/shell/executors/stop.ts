import type { HeldInstance } from '../instances.ts';
import { type Executor, type ExecutorContext, STOP_GRACE_MS } from './context.ts';
import { drainMsOf } from './move-triggers.ts';

/** Takes the triggers away first, so that none reaches an instance that is going; what it has begun it may finish. */
export const stop: Executor<'stop'> = async (app, _effect, context) => {
  const { instances, triggers } = context;
  const isStaying = [...context.records()].some((record) => record.app === app);
  if (isStaying) triggers.pause(app);
  else triggers.unbind(app);
  instances.closeGate(app);
  const held = instances.get(app);
  const others = instances.others(app);
  if (held !== undefined) {
    await held.instance.settled?.(drainMsOf(held));
    await context.settleUsage(held);
  }
  await Promise.all([...others, ...(held === undefined ? [] : [held])].map((each) => end(each, context)));
};

async function end(held: HeldInstance, { instances, effects }: ExecutorContext): Promise<void> {
  instances.remove(held);
  await effects.run('runtime.stop', () => held.instance.stop(STOP_GRACE_MS));
}
