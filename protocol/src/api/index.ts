import * as access from './access.ts';
import * as attention from './attention.ts';
import * as audit from './audit.ts';
import * as authority from './authority.ts';
import * as devices from './devices.ts';
import * as evidence from './evidence.ts';
import type { Operation } from './operation.ts';
import * as overview from './overview.ts';
import * as releases from './releases.ts';
import * as rolloutExplain from './rollout-explain.ts';
import * as rolloutPlan from './rollout-plan.ts';
import * as rollouts from './rollouts.ts';
import * as secrets from './secrets.ts';
import * as sessions from './sessions.ts';
import * as tenants from './tenants.ts';
import * as trust from './trust.ts';
import * as users from './users.ts';

/** Every operation of the operator's API, in the order of the reference. */
export const OPERATIONS = {
  ...pick(overview, ['getOverview']),
  ...pick(devices, [
    'listDevices',
    'getDevice',
    'setDeviceLabels',
    'removeDevice',
    'reclaimDevice',
    'resolveDevice',
    'listDeviceEvents',
    'getDeviceUsage',
    'topUsage',
    'sendCommand',
    'createClaimToken',
    'listClaimTokens',
    'removeClaimToken',
  ]),
  ...pick(attention, ['listAttention']),
  ...pick(releases, ['listReleases', 'getRelease', 'publishRelease']),
  ...pick(evidence, ['getPublishPolicy', 'setPublishPolicy']),
  ...pick(trust, ['getTrust', 'listTrustRoots', 'getTrustPublisher', 'updateTrust']),
  ...pick(secrets, [
    'listSecrets',
    'listSecretRecipients',
    'getSecretCustody',
    'setSecret',
    'removeSecret',
    'listDeviceSecrets',
  ]),
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
  ...pick(sessions, ['getSignIn', 'openSession', 'getSession', 'closeSession', 'closeSessions', 'changePassword']),
  ...pick(users, ['listUsers', 'createUser', 'setUserRole', 'setUserPassword', 'closeUserSessions', 'removeUser']),
  ...pick(access, ['listOperatorTokens', 'createOperatorToken', 'removeOperatorToken']),
  ...pick(audit, ['listAudit', 'exportAudit', 'verifyAudit']),
  ...pick(authority, ['getAuthority', 'moveAuthority']),
  ...pick(tenants, ['listTenants', 'addTenant', 'getTenantSettings', 'setTenantSettings']),
} satisfies Record<string, Operation>;

function pick<M extends object, const K extends keyof M>(module: M, names: readonly K[]): Pick<M, K> {
  return Object.fromEntries(names.map((name) => [name, module[name]])) as Pick<M, K>;
}
