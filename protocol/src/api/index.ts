import * as access from './access.ts';
import * as devices from './devices.ts';
import type { Operation } from './operation.ts';
import * as overview from './overview.ts';
import * as releases from './releases.ts';
import * as rolloutExplain from './rollout-explain.ts';
import * as rolloutPlan from './rollout-plan.ts';
import * as rollouts from './rollouts.ts';
import * as trust from './trust.ts';

/** Every operation of the operator's API, in the order of the reference. */
export const OPERATIONS = {
  ...pick(overview, ['getOverview']),
  ...pick(devices, [
    'listDevices',
    'getDevice',
    'setDeviceLabels',
    'removeDevice',
    'listDeviceEvents',
    'getDeviceUsage',
    'topUsage',
    'sendCommand',
    'createClaimToken',
    'listClaimTokens',
    'removeClaimToken',
  ]),
  ...pick(releases, [
    'listReleases',
    'getRelease',
    'publishRelease',
    'listPublisherKeys',
    'addPublisherKey',
    'removePublisherKey',
  ]),
  ...pick(trust, ['getTrust', 'getTrustPublisher', 'updateTrust']),
  ...pick(rollouts, [
    'listRollouts',
    'getRollout',
    'listRolloutMembers',
    'startRollout',
    'pauseRollout',
    'resumeRollout',
    'abortRollout',
    'approveRollout',
    'publishDraft',
    'updateRollout',
  ]),
  ...pick(rolloutExplain, ['explainRollout', 'explainMember']),
  ...pick(rolloutPlan, ['planRollout', 'simulateRollout']),
  ...pick(access, [
    'openSession',
    'getSession',
    'closeSession',
    'listOperatorTokens',
    'createOperatorToken',
    'removeOperatorToken',
    'listAudit',
  ]),
} satisfies Record<string, Operation>;

function pick<M extends object, const K extends keyof M>(module: M, names: readonly K[]): Pick<M, K> {
  return Object.fromEntries(names.map((name) => [name, module[name]])) as Pick<M, K>;
}
