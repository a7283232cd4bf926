import { mayCall, OPERATIONS } from '@wherry/protocol';
import { abortRollout } from './abort-rollout.ts';
import { addTenant } from './add-tenant.ts';
import { approveRollout } from './approve-rollout.ts';
import { closeUserSessions } from './close-user-sessions.ts';
import { createClaimToken } from './create-claim-token.ts';
import { createOperatorToken } from './create-operator-token.ts';
import { createUser } from './create-user.ts';
import { explainMember } from './explain-member.ts';
import { explainRollout } from './explain-rollout.ts';
import { exportAudit } from './export-audit.ts';
import { forbidden } from './forbidden.ts';
import { getAuthority } from './get-authority.ts';
import { getDevice } from './get-device.ts';
import { getDeviceUsage } from './get-device-usage.ts';
import { getOverview } from './get-overview.ts';
import { getPublishPolicy } from './get-publish-policy.ts';
import { getRelease } from './get-release.ts';
import { getRollout } from './get-rollout.ts';
import { getSecretCustody } from './get-secret-custody.ts';
import { getTenantSettings } from './get-tenant-settings.ts';
import { getTrust } from './get-trust.ts';
import { getTrustPublisher } from './get-trust-publisher.ts';
import { listAttention } from './list-attention.ts';
import { listAudit } from './list-audit.ts';
import { listClaimTokens } from './list-claim-tokens.ts';
import { listDeviceEvents } from './list-device-events.ts';
import { listDeviceSecrets } from './list-device-secrets.ts';
import { listDevices } from './list-devices.ts';
import { listOperatorTokens } from './list-operator-tokens.ts';
import { listReleases } from './list-releases.ts';
import { listRolloutMembers } from './list-rollout-members.ts';
import { listRollouts } from './list-rollouts.ts';
import { listSecretRecipients } from './list-secret-recipients.ts';
import { listSecrets } from './list-secrets.ts';
import { listTenants } from './list-tenants.ts';
import { listTrustRoots } from './list-trust-roots.ts';
import { listUsers } from './list-users.ts';
import { moveAuthority } from './move-authority.ts';
import { pauseRollout } from './pause-rollout.ts';
import { planRollout } from './plan-rollout.ts';
import { publishDraft } from './publish-draft.ts';
import { publishRelease } from './publish-release.ts';
import { reclaimDevice } from './reclaim-device.ts';
import { removeClaimToken } from './remove-claim-token.ts';
import { removeDevice } from './remove-device.ts';
import { removeOperatorToken } from './remove-operator-token.ts';
import { removeSecret } from './remove-secret.ts';
import { removeUser } from './remove-user.ts';
import { resolveDevice } from './resolve-device.ts';
import { resumeRollout } from './resume-rollout.ts';
import { sendCommand } from './send-command.ts';
import { setDeviceLabels } from './set-device-labels.ts';
import { setPublishPolicy } from './set-publish-policy.ts';
import { setSecret } from './set-secret.ts';
import { setTenantSettings } from './set-tenant-settings.ts';
import { setUserPassword } from './set-user-password.ts';
import { setUserRole } from './set-user-role.ts';
import { simulateRollout } from './simulate-rollout.ts';
import { startRollout } from './start-rollout.ts';
import { topUsage } from './top-usage.ts';
import { updateRollout } from './update-rollout.ts';
import { updateTrust } from './update-trust.ts';
import type { UseCase, UseCases } from './use-cases.ts';
import { verifyAudit } from './verify-audit.ts';

/** Every operation of the API with what it does, behind the least role that may. */
export const useCases: UseCases = {
  getOverview: guarded('getOverview', getOverview),
  listDevices: guarded('listDevices', listDevices),
  listAttention: guarded('listAttention', listAttention),
  getDevice: guarded('getDevice', getDevice),
  setDeviceLabels: guarded('setDeviceLabels', setDeviceLabels),
  removeDevice: guarded('removeDevice', removeDevice),
  reclaimDevice: guarded('reclaimDevice', reclaimDevice),
  resolveDevice: guarded('resolveDevice', resolveDevice),
  listDeviceEvents: guarded('listDeviceEvents', listDeviceEvents),
  getDeviceUsage: guarded('getDeviceUsage', getDeviceUsage),
  topUsage: guarded('topUsage', topUsage),
  sendCommand: guarded('sendCommand', sendCommand),
  createClaimToken: guarded('createClaimToken', createClaimToken),
  listClaimTokens: guarded('listClaimTokens', listClaimTokens),
  removeClaimToken: guarded('removeClaimToken', removeClaimToken),
  listReleases: guarded('listReleases', listReleases),
  getRelease: guarded('getRelease', getRelease),
  publishRelease: guarded('publishRelease', publishRelease),
  getTrust: guarded('getTrust', getTrust),
  listTrustRoots: guarded('listTrustRoots', listTrustRoots),
  getTrustPublisher: guarded('getTrustPublisher', getTrustPublisher),
  updateTrust: guarded('updateTrust', updateTrust),
  getPublishPolicy: guarded('getPublishPolicy', getPublishPolicy),
  setPublishPolicy: guarded('setPublishPolicy', setPublishPolicy),
  listSecrets: guarded('listSecrets', listSecrets),
  listSecretRecipients: guarded('listSecretRecipients', listSecretRecipients),
  getSecretCustody: guarded('getSecretCustody', getSecretCustody),
  setSecret: guarded('setSecret', setSecret),
  removeSecret: guarded('removeSecret', removeSecret),
  listDeviceSecrets: guarded('listDeviceSecrets', listDeviceSecrets),
  listRollouts: guarded('listRollouts', listRollouts),
  getRollout: guarded('getRollout', getRollout),
  listRolloutMembers: guarded('listRolloutMembers', listRolloutMembers),
  startRollout: guarded('startRollout', startRollout),
  pauseRollout: guarded('pauseRollout', pauseRollout),
  resumeRollout: guarded('resumeRollout', resumeRollout),
  abortRollout: guarded('abortRollout', abortRollout),
  approveRollout: guarded('approveRollout', approveRollout),
  publishDraft: guarded('publishDraft', publishDraft),
  updateRollout: guarded('updateRollout', updateRollout),
  explainRollout: guarded('explainRollout', explainRollout),
  explainMember: guarded('explainMember', explainMember),
  planRollout: guarded('planRollout', planRollout),
  simulateRollout: guarded('simulateRollout', simulateRollout),
  listUsers: guarded('listUsers', listUsers),
  createUser: guarded('createUser', createUser),
  setUserRole: guarded('setUserRole', setUserRole),
  setUserPassword: guarded('setUserPassword', setUserPassword),
  closeUserSessions: guarded('closeUserSessions', closeUserSessions),
  removeUser: guarded('removeUser', removeUser),
  listOperatorTokens: guarded('listOperatorTokens', listOperatorTokens),
  createOperatorToken: guarded('createOperatorToken', createOperatorToken),
  removeOperatorToken: guarded('removeOperatorToken', removeOperatorToken),
  listAudit: guarded('listAudit', listAudit),
  exportAudit: guarded('exportAudit', exportAudit),
  verifyAudit: guarded('verifyAudit', verifyAudit),
  getAuthority: guarded('getAuthority', getAuthority),
  moveAuthority: guarded('moveAuthority', moveAuthority),
  listTenants: guarded('listTenants', listTenants),
  addTenant: guarded('addTenant', addTenant),
  getTenantSettings: guarded('getTenantSettings', getTenantSettings),
  setTenantSettings: guarded('setTenantSettings', setTenantSettings),
};

function guarded<K extends keyof typeof OPERATIONS>(id: K, useCase: UseCase<K>): UseCase<K> {
  return async (context, caller, input) =>
    mayCall(caller, OPERATIONS[id]) ? await useCase(context, caller, input) : forbidden(caller, OPERATIONS[id]);
}
