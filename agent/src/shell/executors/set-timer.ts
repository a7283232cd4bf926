import type { Executor } from './context.ts';

/** One timer for each lane of an app: a new one replaces the old. */
export const setTimer: Executor<'setTimer'> = (app, effect, context) => {
  const key = `${app} ${effect.lane}`;
  clearTimeout(context.timers.get(key));
  const { lane, ticket } = effect;
  context.timers.set(
    key,
    setTimeout(() => context.dispatch(app, { type: 'timer', lane, ticket }), effect.delayMs),
  );
};
