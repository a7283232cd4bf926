import type { WorkloadStatus } from '@wherry/protocol';
import type { Trouble } from './state.ts';
import { type Confirmed, type Deployment, heldRelease } from './state.ts';

/** What is told about a deployment. */
export function statusOf(state: Deployment): WorkloadStatus {
  const { record, run } = state;
  const { workload, facts, variantAt, runtime, refusals } = record.target;
  const isChosen = facts !== null && CHOSEN_IN.has(record.phase);
  const kind = isChosen ? facts.variants[variantAt]?.kind : undefined;
  const trouble = record.verdict ?? troubleOf(state);
  const held = heldRelease(state);
  const isOther = held !== null && record.phase !== 'healthy' && run.who === 'good';
  return {
    app: workload.app,
    version: workload.version,
    release: workload.release,
    attempt: workload.attempt,
    ...(workload.rollout === undefined ? {} : { rollout: workload.rollout }),
    state: record.phase,
    ...(kind === undefined ? {} : { variant: kind }),
    ...(runtime === null || !isChosen ? {} : { runtime }),
    ...(trouble === null ? {} : { code: trouble.code, message: trouble.message.slice(0, 512) }),
    ...(trouble?.limit === undefined ? {} : { limit: trouble.limit }),
    ...(refusals.length === 0 ? {} : { refusals: [...refusals] }),
    ...(isOther ? { running: runningInstead(held) } : {}),
    restarts: run.restarts,
    sinceMs: record.sinceMs,
  };
}

function runningInstead({ workload, facts, variantAt }: Confirmed): NonNullable<WorkloadStatus['running']> {
  const kind = facts.variants[variantAt]?.kind;
  return { version: workload.version, release: workload.release, ...(kind === undefined ? {} : { variant: kind }) };
}

const CHOSEN_IN: ReadonlySet<string> = new Set([
  'downloading',
  'staged',
  'activating',
  'probing',
  'healthy',
  'reverting',
]);

function troubleOf({ record, change, run }: Deployment): Trouble | null {
  return record.phase === 'healthy' ? run.trouble : change.trouble;
}

/** Equal but for words and times: nothing that is worth a report of its own. */
export function isSameStatus(a: WorkloadStatus, b: WorkloadStatus): boolean {
  return fingerprint(a) === fingerprint(b);
}

function fingerprint({ message: _message, sinceMs: _sinceMs, limit: _limit, ...rest }: WorkloadStatus): string {
  return JSON.stringify(rest);
}
