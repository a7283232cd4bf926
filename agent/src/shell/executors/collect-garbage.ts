import { keptDigests } from '../../core/lifecycle/kept.ts';
import type { Executor } from './context.ts';

/** Removes what no record refers to; a record refers to its last good release until the next one is confirmed (rule A2). */
export const collectGarbage: Executor<'collectGarbage'> = async (_app, _effect, context) => {
  const records = [...context.records()];
  context.store.collectData(new Set(records.map((record) => record.app)));
  const kept = keptDigests(records);
  if (kept === null) return;
  context.store.releases.collect(kept.releases);
  const removed = context.store.blobs.collect(kept.blobs);
  if (removed > 0) context.log.info({ removed }, 'removed blobs that nothing refers to');
  await context.forgetInRuntimes(kept.releases);
};
