import type { Refusal } from '@wherry/protocol';
import { backoffMs, DOWNLOAD_BACKOFF } from '../backoff.ts';
import { refuseUnseen } from '../fit.ts';
import type { OutwardEffect } from './effects.ts';
import { also, type Env, type LiveStep, unchanged } from './env.ts';
import { goOn, holdBefore, holdOfLink, isHeld, refusalOfLink, wait } from './hold.ts';
import { enter, withTarget } from './record.ts';
import { type Deployment, IDLE_CHANGE, type ReleaseFacts, type Trouble } from './state.ts';
import { reject } from './verdict.ts';

/** The lane that brings the target nearer: fetch the release, pick a variant, fetch its blob, prepare it. */

/** Does what the present phase waits for, or waits where it may not now. The same call begins, retries and recovers. */
export function issueChange(state: Deployment, env: Env): LiveStep {
  const hold = holdBefore(state, env);
  if (hold !== null) return wait(state, hold, env);
  // Asking the neighbours ends no wait for the link: that does their first byte.
  const isAskingAround = isHeld(state) && refusalOfLink(state, env) !== null;
  return issueNow(isAskingAround ? state : goOn(state));
}

/** Preparing is allowed ahead of the window. */
export function issueNow(state: Deployment): LiveStep {
  const ticket = state.lastTicket + 1;
  const effect = pendingEffect(state, ticket);
  if (effect === null) return unchanged(state);
  return { state: { ...state, lastTicket: ticket, change: { ...state.change, ticket } }, effects: [effect] };
}

function pendingEffect({ record }: Deployment, ticket: number): OutwardEffect | null {
  const { workload, facts, variantAt } = record.target;
  if (record.phase === 'waiting')
    return { kind: 'fetchRelease', ticket, release: workload.release, version: workload.version };
  const variant = facts?.variants[variantAt];
  if (record.phase === 'downloading' && variant?.artifact) {
    const terms = workload.download === undefined ? {} : { terms: workload.download };
    return { kind: 'fetchBlob', ticket, ...variant.artifact, ...terms };
  }
  if (record.phase === 'staged')
    return {
      kind: 'prepare',
      ticket,
      release: workload.release,
      version: workload.version,
      variantAt,
      config: workload.config,
    };
  return null;
}

export function retryChange(state: Deployment, trouble: Trouble, env: Env): LiveStep {
  const failures = state.change.failures + 1;
  const ticket = state.lastTicket + 1;
  const delayMs = backoffMs(failures, DOWNLOAD_BACKOFF, env.random);
  const step: LiveStep = {
    state: { ...state, lastTicket: ticket, change: { ticket, failures, trouble } },
    effects: [{ kind: 'setTimer', lane: 'change', ticket, delayMs }],
  };
  if (failures > 1) return step;
  return also(step, { kind: 'report', severity: 'warning', name: trouble.code, message: trouble.message });
}

/** Goes on with the first variant, from `from` on, that is not refused unseen; without one the release is rejected. */
export function chooseVariant(state: Deployment, facts: ReleaseFacts, from: number, env: Env): LiveStep {
  let refusals = state.record.target.refusals;
  for (let at = from; at < facts.variants.length; at += 1) {
    const variant = facts.variants[at];
    if (variant === undefined) break;
    const problem = refuseUnseen(variant, env.device);
    if (problem === null) {
      const chosen = withTarget(state, { facts, variantAt: at, refusals, runtime: null });
      const hold = holdOfLink(chosen, env);
      // The facts are saved once; waiting longer leaves the record as it is.
      if (hold !== null && state.record.phase === 'waiting')
        return wait(state.record.target.facts === null ? chosen : state, hold, env);
      const phase = variant.artifact === null ? 'staged' : 'downloading';
      const entered = { ...enter(chosen, phase, env, { verdict: null }), change: IDLE_CHANGE };
      return phase === 'staged' ? issueNow(entered) : issueChange(entered, env);
    }
    refusals = [...refusals, refusalOf(at, variant.kind, problem)];
  }
  return reject(
    withTarget(state, { facts, refusals }),
    { code: 'no_variant_fits', message: `none of ${facts.variants.length} variants fits: ${summary(refusals)}` },
    env,
  );
}

export function refuseChosen(state: Deployment, trouble: Trouble, env: Env): LiveStep {
  const { facts, variantAt, refusals } = state.record.target;
  const variant = facts?.variants[variantAt];
  if (facts === null || variant === undefined) return reject(state, trouble, env);
  const refused = withTarget(state, { refusals: [...refusals, refusalOf(variantAt, variant.kind, trouble)] });
  return chooseVariant(refused, facts, variantAt + 1, env);
}

function refusalOf(variant: number, kind: Refusal['kind'], trouble: Trouble): Refusal {
  return { variant, kind, code: trouble.code, message: trouble.message.slice(0, 512) };
}

function summary(refusals: readonly Refusal[]): string {
  return refusals
    .map((r) => `${r.kind}: ${r.message}`)
    .join('; ')
    .slice(0, 400);
}
