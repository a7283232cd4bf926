import type { Executor } from './context.ts';

export const fetchBlob: Executor<'fetchBlob'> = async (app, effect, context, signal) => {
  const { ticket, digest, sizeBytes, registry, terms } = effect;
  let isBegun = false;
  const onBytes = () => {
    if (!isBegun) context.dispatch(app, { type: 'blob_begun', ticket });
    isBegun = true;
  };
  const problem = await context.download({ digest, sizeBytes, registry, budget: { terms }, onBytes }, signal);
  if (problem === null) context.dispatch(app, { type: 'blob_fetched', ticket });
  else context.dispatch(app, { type: 'blob_failed', ticket, ...problem });
};
