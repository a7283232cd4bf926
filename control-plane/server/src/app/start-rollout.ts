import { type Outcome, type Rollout, type RolloutRequest, refuse, rolloutRequest, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { prepareSoon } from './prepare-soon.ts';
import { createRollout } from './rollouts/create-rollout.ts';
import { type PreparedRollout, prepareRollout } from './rollouts/prepare-rollout.ts';
import { transact, type Work } from './transact.ts';
import type { Caller, UseCase } from './use-cases.ts';
import { rolloutView } from './views/rollout-view.ts';

/** Codes: invalid_body, invalid_selector, release_unknown, no_devices_match. */
export const startRollout: UseCase<'startRollout'> = async (context, caller, input) => {
  const request = rolloutRequest.parse(input.body);
  // Planned before the transaction, since a plan reads the whole fleet: what has changed meanwhile is looked at again at each pick.
  const prepared = await prepareRollout(context.store, caller.tenant, request, context.clock.nowMs());
  if (!prepared.ok) return prepared;
  const refused = refuseEmpty(request, prepared.value);
  if (refused) return refused;
  const started = await transact(context, caller.tenant, (work) => start(work, caller, request, prepared.value));
  if (started.ok && started.value.state === 'preparing') prepareSoon(context);
  return started;
};

async function start(
  work: Work,
  caller: Caller,
  request: RolloutRequest,
  { release, plan, assigned }: PreparedRollout,
): Promise<Outcome<Rollout>> {
  const record = await createRollout(work, caller, {
    app: release.app,
    version: release.version,
    release: release.digest,
    releaseCounter: release.releaseCounter,
    request,
    plan,
    assigned,
    targets: new Map(),
    reverts: null,
  });
  const { devices: _, ...rest } = { ...request, devices: 0 };
  await audit(work, caller, 'start_rollout', record.id, { ...rest, devices: plan.members.length });
  return succeed(rolloutView(record));
}

/** A dynamic rollout may begin with nobody: its devices are to come. */
function refuseEmpty(request: RolloutRequest, { plan }: PreparedRollout): Outcome<never> | null {
  if (request.dynamic || plan.members.some(({ state }) => state !== 'skipped')) return null;
  const [first] = plan.members;
  const why = first?.message
    ? `: of ${plan.members.length} that match, ${first.device} is left out because ${first.message}`
    : '';
  return refuse('no_devices_match', `no device is to be moved by the selector "${request.selector}"${why}`);
}
