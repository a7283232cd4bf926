import { type Outcome, type StreamChange, succeed } from '@wherry/protocol';
import type { Repositories } from '../storage/port.ts';
import type { AppContext } from './context.ts';
import { writeDesired } from './desired/write-desired.ts';
import { dispatchSoon } from './dispatch-soon.ts';
import { APP_LIMITS } from './limits.ts';

/**
 * One change of the truth. Everything is written in one transaction, or nothing: the desired states of the devices named in
 * `stale` too. Those who watch are told after the commit, and only then is anything sent.
 */
export interface Work {
  readonly context: AppContext;
  readonly tenant: string;
  readonly nowMs: number;
  readonly repositories: Repositories;
  readonly changes: StreamChange[];
  /** Devices whose assignments changed: their desired states are written at the end. */
  readonly stale: Set<string>;
}

/** Thrown when a compare-and-swap lost: the whole work is done again on fresh rows. */
export class LostRace extends Error {}

class Refused extends Error {
  readonly outcome: Outcome<never>;
  constructor(outcome: Outcome<never>) {
    super('refused');
    this.outcome = outcome;
  }
}

/** Runs the work; a refusal takes everything back. */
export async function transact<T>(
  context: AppContext,
  tenant: string,
  body: (work: Work) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(context, tenant, body);
    } catch (error) {
      if (error instanceof Refused) return error.outcome;
      if (!(error instanceof LostRace) || attempt > APP_LIMITS.conflictRetries) throw error;
    }
  }
}

async function once<T>(
  context: AppContext,
  tenant: string,
  body: (work: Work) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const changes: StreamChange[] = [];
  const stale = new Set<string>();
  const value = await context.store.transaction(async (repositories) => {
    const work: Work = { context, tenant, nowMs: context.clock.nowMs(), repositories, changes, stale };
    const outcome = await body(work);
    if (!outcome.ok) throw new Refused(outcome);
    await writeDesired(work);
    return outcome.value;
  });
  for (const change of changes) context.changes.emit(tenant, change);
  if (stale.size > 0) dispatchSoon(context);
  return succeed(value);
}
