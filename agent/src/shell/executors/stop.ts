import { type Executor, STOP_GRACE_MS } from './context.ts';

/** Unbinds first, so that no trigger reaches an instance that is going. */
export const stop: Executor<'stop'> = async (app, _effect, context) => {
  context.triggers.unbind(app);
  const held = context.instances.get(app);
  if (held === undefined) return;
  context.instances.delete(app);
  await context.settleUsage(held);
  await context.effects.run('runtime.stop', () => held.instance.stop(STOP_GRACE_MS));
};
