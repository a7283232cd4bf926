import { leastBytes, refuseByLink } from '../budget/link-budget.ts';
import { sayInstant, UTC } from '../window/calendar.ts';
import { windowAt } from '../window/window.ts';
import { also, type Env, type LiveStep } from './env.ts';
import type { Deployment, Trouble } from './state.ts';

/**
 * What lets the change lane wait without anything being wrong: the activation window, and what the link may carry. A hold changes no
 * record, so that waiting for weeks, through any number of restarts, uses up no transitions; it is found again from the record, the
 * clock and the link. The window governs when an activation begins: a trial that has begun runs to its verdict.
 */
export interface Hold extends Trouble {
  readonly untilMs: number | null;
}

export const HOLD_CODES: ReadonlySet<string> = new Set([
  'outside_window',
  'metered_forbidden',
  'download_budget_spent',
]);

/** A hold is looked at again after this at the latest: clocks jump, links change. */
export const HOLD_LOOK_MS = 60_000;
/** Timers end a little late rather than a little early. */
const HOLD_LOOK_MIN_MS = 50;

/** What the present phase waits for before its effect may be asked for. */
export function holdBefore(state: Deployment, env: Env): Hold | null {
  const { phase, target } = state.record;
  const { download } = target.workload;
  if (phase === 'staged') return holdOfWindow(state, env);
  if (phase !== 'waiting' && phase !== 'downloading') return null;
  if (download?.outsideWindow === false) {
    const closed = holdOfWindow(state, env);
    if (closed !== null) return closed;
  }
  return holdOfLink(state, env);
}

/** An explicit rollback is how an operator ends harm: it waits for no window. */
export function holdOfWindow({ record }: Deployment, env: Env): Hold | null {
  const { window, rollback } = record.target.workload;
  if (window === undefined || rollback === true) return null;
  const zone = env.zone ?? UTC;
  const at = windowAt(window, env.nowMs, zone);
  if (at.isOpen) return null;
  const untilMs = at.opensAtMs;
  const opening = untilMs === null ? 'which never opens' : `which opens ${sayInstant(untilMs, zone)}`;
  return { code: 'outside_window', message: `waits for its window "${window.cron}", ${opening}`, untilMs };
}

/** A blob that a neighbour may have is not held: the device asks around first, and only who finds it nowhere near waits for the link. */
export function holdOfLink(state: Deployment, env: Env): Hold | null {
  const artifact = wantedArtifact(state);
  return artifact !== null && env.link?.near?.[artifact.digest] === true ? null : refusalOfLink(state, env);
}

/** What the link itself says to the blob, wherever else it may be had. */
export function refusalOfLink(state: Deployment, env: Env): Hold | null {
  const artifact = wantedArtifact(state);
  if (env.link === undefined || artifact === null) return null;
  const present = env.link.presentBytes[artifact.digest] ?? 0;
  const delta = env.link.deltas?.[artifact.digest] ?? 'none';
  const { download } = state.record.target.workload;
  return refuseByLink(leastBytes(artifact.sizeBytes - present, delta), env.link, download);
}

function wantedArtifact({ record }: Deployment) {
  const { facts, variantAt } = record.target;
  return facts?.variants[variantAt]?.artifact ?? null;
}

/** Waits, saying why, and looks again in time. */
export function wait(state: Deployment, { code, message, untilMs }: Hold, env: Env): LiveStep {
  const ticket = state.lastTicket + 1;
  const leftMs = untilMs === null ? HOLD_LOOK_MS : untilMs - env.nowMs;
  const delayMs = Math.min(HOLD_LOOK_MS, Math.max(HOLD_LOOK_MIN_MS, leftMs));
  const held: LiveStep = {
    state: { ...state, lastTicket: ticket, change: { ticket, failures: 0, trouble: { code, message } } },
    effects: [{ kind: 'setTimer', lane: 'change', ticket, delayMs }],
  };
  if (state.change.trouble?.code === code) return held;
  return also(held, { kind: 'report', severity: 'info', name: code, message: `${state.record.app}: ${message}` });
}

export function isHeld({ change }: Deployment): boolean {
  return change.trouble !== null && HOLD_CODES.has(change.trouble.code);
}

/** The wait is over: nothing is told of it any more. */
export function goOn(state: Deployment): Deployment {
  return isHeld(state) ? { ...state, change: { ...state.change, trouble: null } } : state;
}
