import { type DeviceFit, refuseUnseen } from '../fit.ts';
import type { DeploymentRecord } from '../lifecycle/state.ts';

/**
 * Whether the variant of a settled deployment is to be chosen anew because what this device can run has changed: a container engine
 * came up, or is gone for good. What is under way needs no such question: it meets the change by itself. What failed its health gate
 * is never taken up again (rule A5).
 */
export function shouldChooseAgain(record: DeploymentRecord, device: DeviceFit): boolean {
  const { facts, refusals, variantAt } = record.target;
  if (facts === null) return false;
  const lacked = new Set(refusals.filter(({ code }) => code === 'no_runtime').map(({ variant }) => variant));
  const refused = new Set(refusals.filter(({ code }) => code !== 'no_runtime').map(({ variant }) => variant));
  const best = facts.variants.findIndex((variant, at) => !refused.has(at) && refuseUnseen(variant, device) === null);
  if (best === -1) return false;
  if (record.phase === 'rejected') return lacked.has(best);
  if (record.phase !== 'healthy' || best === variantAt) return false;
  const chosen = facts.variants[variantAt];
  const isGone = chosen !== undefined && refuseUnseen(chosen, device)?.code === 'no_runtime';
  return isGone || (best < variantAt && lacked.has(best));
}

/** Whether anything here is waiting for an engine, or would miss one: only then is it worth asking for it. */
export function caresForEngines({ target }: DeploymentRecord): boolean {
  return target.facts?.variants.some(({ kind }) => kind === 'container') ?? false;
}
