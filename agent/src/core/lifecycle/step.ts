import { LIMITS } from '@wherry/protocol';
import {
  onBlobBegun,
  onBlobFetched,
  onBoot,
  onFetchFailed,
  onPrepared,
  onRefused,
  onReleaseFetched,
  onRetryDue,
} from './answers.ts';
import { onDesired } from './desired.ts';
import type { Env, Step } from './env.ts';
import type { EventOf, EventType, LifecycleEvent } from './events.ts';
import { isPending } from './record.ts';
import { onRevoked } from './revoked.ts';
import { restartNow } from './run-lane.ts';
import { onCrashed, onEnded, onProbeFailed, onProbePassed, onRunTimer, onStarted, onStartFailed } from './running.ts';
import type { Deployment } from './state.ts';
import { onMoved, onMoveFailed, onPriorGone } from './swap.ts';
import { fail } from './verdict.ts';

/**
 * The lifecycle of one app on one device: event in, next state and effects out. Late, doubled and unexpected events change nothing.
 * What each state waits for and where it can go is the table in step.test.ts; the rules that must hold are checked in testing/world.ts.
 */
export function step(state: Deployment | null, event: LifecycleEvent, env: Env): Step {
  if (state === null)
    return event.type === 'desired' ? counted(state, onDesired(state, event, env), env) : nothing(state);
  if (!isExpected(state, event)) return nothing(state);
  return counted(state, HANDLERS[event.type](state, event as never, env), env);
}

const HANDLERS: { readonly [T in EventType]: (state: Deployment, event: EventOf<T>, env: Env) => Step } = {
  desired: onDesired,
  release_fetched: onReleaseFetched,
  release_failed: onFetchFailed,
  blob_begun: onBlobBegun,
  blob_fetched: (state, _, env) => onBlobFetched(state, env),
  blob_failed: onFetchFailed,
  prepared: onPrepared,
  refused: onRefused,
  started: (state, _, env) => onStarted(state, env),
  start_failed: onStartFailed,
  probe_passed: (state, _, env) => onProbePassed(state, env),
  probe_failed: onProbeFailed,
  crashed: (state, event, env) =>
    event.ticket === state.run.prior ? onPriorGone(state, event, env) : onCrashed(state, event, env),
  ended: (state, event, env) =>
    event.ticket === state.run.prior ? onPriorGone(state, ENDED, env) : onEnded(state, event, env),
  moved: (state, _, env) => onMoved(state, env),
  move_failed: onMoveFailed,
  timer: (state, event, env) => (event.lane === 'change' ? onRetryDue(state, env) : onRunTimer(state)),
  revoked: onRevoked,
  restart: (state) => restartNow(state),
  boot: (state, _, env) => onBoot(state, env),
};

const ENDED = { code: 'guest_error', message: 'it ended by itself' } as const;

function isExpected(state: Deployment, event: LifecycleEvent): boolean {
  const { record, change, run } = state;
  switch (event.type) {
    case 'desired':
    case 'boot':
    case 'restart':
    case 'revoked':
      return true;
    case 'release_fetched':
    case 'release_failed':
      return record.phase === 'waiting' && event.ticket === change.ticket;
    case 'blob_begun':
    case 'blob_fetched':
    case 'blob_failed':
      return record.phase === 'downloading' && event.ticket === change.ticket;
    case 'prepared':
    case 'refused':
      return record.phase === 'staged' && event.ticket === change.ticket;
    case 'started':
    case 'start_failed':
      return run.status === 'starting' && event.ticket === run.ticket;
    case 'crashed':
    case 'ended':
      return event.ticket === run.prior || (mayFall(run.status) && event.ticket === run.ticket);
    case 'moved':
    case 'move_failed':
      return run.status === 'moving' && event.ticket === run.ticket;
    case 'probe_passed':
    case 'probe_failed':
      return isProbed(run.status) && event.ticket === run.ticket;
    case 'timer':
      if (event.lane === 'change') return event.ticket === change.ticket;
      return (isProbed(run.status) || run.status === 'pausing') && event.ticket === run.ticket;
  }
}

function isProbed(status: Deployment['run']['status']): boolean {
  return status === 'up' || status === 'proving';
}

function mayFall(status: Deployment['run']['status']): boolean {
  return isProbed(status) || status === 'starting' || status === 'moving';
}

/** Room for `reverting` and its end, which must always be possible. */
const TRANSITIONS_BEFORE_GIVING_UP = LIMITS.transitionsPerDeployment - 2;

/** Counts records that will be saved. A deployment that uses up its bound fails instead of looping through crashes for ever. */
function counted(before: Deployment | null, after: Step, env: Env): Step {
  if (after.state === null || after.state.record === before?.record) return after;
  const transitions = after.state.record.transitions + 1;
  if (before !== null && isPending(after.state.record.phase) && transitions > TRANSITIONS_BEFORE_GIVING_UP) {
    const message = `no verdict after ${TRANSITIONS_BEFORE_GIVING_UP} saved steps: given up`;
    return numbered(fail(before, { code: 'too_many_transitions', message }, env), transitions);
  }
  return numbered(after, transitions);
}

function numbered(result: Step, transitions: number): Step {
  if (result.state === null) return result;
  // A verdict ends the counting: what happens to a confirmed release later is not part of its deployment.
  const bounded = Math.min(transitions, LIMITS.transitionsPerDeployment);
  return { ...result, state: { ...result.state, record: { ...result.state.record, transitions: bounded } } };
}

function nothing(state: Deployment | null): Step {
  return { state, effects: [] };
}
