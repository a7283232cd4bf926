import { variantFacts } from '../../core/fit.ts';
import { swapOf } from '../../core/swap-policy.ts';
import { checkTriggers } from '../../triggers/triggers.ts';
import { firstProblem } from '../workload-spec.ts';
import type { Executor } from './context.ts';

export const fetchRelease: Executor<'fetchRelease'> = async (app, effect, context, signal) => {
  const { ticket, release: digest, version } = effect;
  const [fetched] = await Promise.all([
    context.releases.fetch({ app, version, digest }, signal),
    context.device.refresh(),
  ]);
  if (!fetched.ok) {
    const { code, message, isFinal } = fetched;
    context.dispatch(app, { type: 'release_failed', ticket, code, message, isFinal });
    return;
  }
  const { release } = fetched;
  const runnable = checkTriggers(release.triggers);
  if (!runnable.ok) {
    context.dispatch(app, { type: 'release_failed', ticket, ...firstProblem(runnable.problems), isFinal: true });
    return;
  }
  const lacking = await context.secrets.ready(app, Object.keys(release.capabilities.secrets ?? {}));
  if (lacking !== null) {
    context.dispatch(app, { type: 'release_failed', ticket, ...lacking });
    return;
  }
  const facts = {
    releaseCounter: release.releaseCounter,
    variants: release.variants.map(variantFacts),
    health: release.health,
    swap: swapOf(release),
    isOneShot: release.triggers.every((trigger) => trigger.on === 'start'),
  };
  context.dispatch(app, { type: 'release_fetched', ticket, facts });
};
