import { type Executor, STOP_GRACE_MS } from './context.ts';

/** Ends one of two instances. Where it is the one with the triggers, it has fallen, or nobody wants it any more: they wait for another. */
export const dismiss: Executor<'dismiss'> = async (app, effect, context) => {
  const { instances, triggers } = context;
  const held = instances.find(app, effect.ticket);
  if (held === undefined) return;
  if (!instances.isBeside(held)) {
    triggers.pause(app);
    instances.closeGate(app);
    await context.settleUsage(held);
  }
  instances.remove(held);
  await context.effects.run('runtime.stop', () => held.instance.stop(STOP_GRACE_MS));
};
