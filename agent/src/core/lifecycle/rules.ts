import { FINAL_STATES, LIMITS } from '@wherry/protocol';
import type { OutwardOf } from './effects.ts';
import type { Env } from './env.ts';
import { holdBefore, holdOfWindow, isHeld } from './hold.ts';
import { type Deployment, type DeploymentRecord, heldRelease } from './state.ts';

/**
 * The rules that never break on a device (docs/specs/lifecycle.md), as questions that a test or a simulator asks at every effect.
 * Each answers with what is broken; nothing in the product asks them, because the machine is what keeps them.
 */
export type DeviceRule = 'A1' | 'A2' | 'A3' | 'A5' | 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L9';

export interface BrokenRule {
  readonly rule: DeviceRule;
  readonly message: string;
}

/** What a device holds, as its surroundings know it. */
export interface DeviceView {
  /** Digests of releases whose document was verified and is on the disk. */
  readonly releases: ReadonlySet<string>;
  readonly blobs: ReadonlySet<string>;
  /** Every release that a valid desired state has named so far. */
  readonly wanted: ReadonlySet<string>;
  /** Release → the highest attempt that failed here. */
  readonly quarantine: ReadonlyMap<string, number>;
  /** Release of the instance that runs; of the one with the triggers, where the other is about to start beside it. */
  readonly running: string | null;
}

/** Ask before the effect is carried out; `state` is the one that it came with. */
export function brokenByStart(
  state: Deployment,
  effect: OutwardOf<'start'>,
  device: DeviceView,
): readonly BrokenRule[] {
  const { release, variantAt } = effect;
  const held = heldRelease(state);
  const artifact = held?.facts.variants[variantAt]?.artifact ?? null;
  const attempt = state.record.target.workload.attempt;
  const isTrial = state.run.who === 'target';
  const isBeside =
    isTrial &&
    state.run.prior !== null &&
    held?.facts.swap === 'overlap' &&
    device.running === state.record.good?.workload.release;
  return broken(
    [device.running === null || isBeside, 'L1', 'two instances of an app at once'],
    [device.wanted.has(release), 'A1', `${release} was never wanted`],
    [device.releases.has(release), 'A1', `${release} is not verified and on disk`],
    [artifact === null || device.blobs.has(artifact.digest), 'A1', `the blob of ${release} is not on disk`],
    [!isTrial || (device.quarantine.get(release) ?? 0) < attempt, 'A5', `${release} is quarantined and started`],
  );
}

/** Ask before triggers are moved: `passed` is the ticket of the instance that passed the last probe. */
export function brokenByMove(
  state: Deployment,
  effect: OutwardOf<'moveTriggers'>,
  passed: number | null,
): readonly BrokenRule[] {
  return broken(
    [passed === effect.ticket, 'L9', 'triggers move to an instance that has not answered its health check'],
    [state.run.prior === effect.from, 'L9', 'triggers move from an instance that does not have them'],
  );
}

/** Ask after each collection. */
export function brokenByCollection(
  record: DeploymentRecord,
  device: Pick<DeviceView, 'releases' | 'blobs'>,
): readonly BrokenRule[] {
  const { good } = record;
  if (good === null) return [];
  const artifact = good.facts.variants[good.variantAt]?.artifact ?? null;
  return broken(
    [device.releases.has(good.workload.release), 'A2', 'the document of the last good release is gone'],
    [artifact === null || device.blobs.has(artifact.digest), 'A2', 'the blob of the last good release is gone'],
  );
}

/** Ask whenever a record is saved over the one before. */
export function brokenBySaving(before: DeploymentRecord | null, after: DeploymentRecord): readonly BrokenRule[] {
  const isOlder =
    before?.good != null && after.good !== null && after.good.facts.releaseCounter < before.good.facts.releaseCounter;
  return broken(
    [after.transitions <= LIMITS.transitionsPerDeployment, 'L2', `${after.transitions} saved steps in one deployment`],
    [!isOlder || after.good?.workload.rollback === true, 'A3', 'confirmed an older release without a rollback'],
    [before?.good == null || after.good !== null, 'A2', 'the record forgot its last good release'],
  );
}

/** Ask after each step, with the environment that it was given. */
export function brokenByActivation(before: Deployment | null, after: Deployment, env: Env): readonly BrokenRule[] {
  const isBeginning = before?.record.phase === 'staged' && after.record.phase === 'activating';
  return broken([!isBeginning || holdOfWindow(after, env) === null, 'L5', 'an activation began outside of its window']);
}

/** Ask of each fetch that a step asked for, with the state and environment that it came with. */
export function brokenByFetch(
  state: Deployment,
  effect: OutwardOf<'fetchRelease'> | OutwardOf<'fetchBlob'>,
  env: Env,
): readonly BrokenRule[] {
  const hold = holdBefore(state, env);
  return broken([hold === null, 'L6', `${effect.kind} although ${hold?.code ?? 'nothing'} holds it`]);
}

/** Ask when a desired state was accepted. */
export function brokenByGeneration(before: number, after: number): readonly BrokenRule[] {
  return broken([after >= before, 'A3', `generation ${after} was accepted after ${before}`]);
}

/**
 * Ask when nothing is under way any more: every answer has come, every timer but those of probes and holds has rung. `bound` is the
 * ticket of the instance that has the triggers.
 */
export function brokenAtRest(
  state: Deployment,
  running: string | null,
  bound: number | null = state.run.ticket,
): readonly BrokenRule[] {
  const { phase, good } = state.record;
  return broken(
    [FINAL_STATES.has(phase) || isHeld(state), 'L3', `no verdict: still ${phase}`],
    [good === null || state.run.who === 'good', 'L4', 'the last good release is not what runs'],
    [good !== null || running === null, 'L4', 'what was given up still runs'],
    [state.run.status !== 'up' || bound === state.run.ticket, 'L9', 'the triggers do not reach what runs'],
  );
}

type Check = readonly [isHeld: boolean, rule: DeviceRule, message: string];

function broken(...checks: readonly Check[]): readonly BrokenRule[] {
  return checks.flatMap(([isHeld, rule, message]) => (isHeld ? [] : [{ rule, message }]));
}
