import { refuse, succeed } from '@wherry/protocol';
import { explainHeader, gateSumsOf } from '../domain/rollouts/explain.ts';
import type { UseCase } from './use-cases.ts';

/** One row is read, however many devices there are: the header holds all the sums. */
export const explainRollout: UseCase<'explainRollout'> = async ({ store, clock }, { tenant }, { params }) => {
  const record = await store.rollouts.find(tenant, params.id);
  if (!record) return refuse('not_found', `there is no rollout ${params.id}`);
  const { header, id, app } = record;
  const index = header.verdict?.wave ?? header.currentWave;
  const wave = header.waves[index];
  if (!wave) throw new RangeError(`rollout ${id} has no wave ${index}`);
  return succeed({
    id,
    app,
    state: header.state,
    ...explainHeader(header),
    gate: gateSumsOf(wave, index),
    verdict: header.verdict,
    atMs: clock.nowMs(),
  });
};
