import { OPERATIONS, refuse } from '@wherry/protocol';
import { hasRole } from '../domain/access/roles.ts';
import { abortRollout } from './abort-rollout.ts';
import { addPublisherKey } from './add-publisher-key.ts';
import { approveRollout } from './approve-rollout.ts';
import { createClaimToken } from './create-claim-token.ts';
import { createOperatorToken } from './create-operator-token.ts';
import { explainMember } from './explain-member.ts';
import { explainRollout } from './explain-rollout.ts';
import { getDevice } from './get-device.ts';
import { getDeviceUsage } from './get-device-usage.ts';
import { getOverview } from './get-overview.ts';
import { getRelease } from './get-release.ts';
import { getRollout } from './get-rollout.ts';
import { getTrust } from './get-trust.ts';
import { getTrustPublisher } from './get-trust-publisher.ts';
import { listAudit } from './list-audit.ts';
import { listClaimTokens } from './list-claim-tokens.ts';
import { listDeviceEvents } from './list-device-events.ts';
import { listDevices } from './list-devices.ts';
import { listOperatorTokens } from './list-operator-tokens.ts';
import { listPublisherKeys } from './list-publisher-keys.ts';
import { listReleases } from './list-releases.ts';
import { listRolloutMembers } from './list-rollout-members.ts';
import { listRollouts } from './list-rollouts.ts';
import { pauseRollout } from './pause-rollout.ts';
import { planRollout } from './plan-rollout.ts';
import { publishDraft } from './publish-draft.ts';
import { publishRelease } from './publish-release.ts';
import { removeClaimToken } from './remove-claim-token.ts';
import { removeDevice } from './remove-device.ts';
import { removeOperatorToken } from './remove-operator-token.ts';
import { removePublisherKey } from './remove-publisher-key.ts';
import { resumeRollout } from './resume-rollout.ts';
import { sendCommand } from './send-command.ts';
import { setDeviceLabels } from './set-device-labels.ts';
import { simulateRollout } from './simulate-rollout.ts';
import { startRollout } from './start-rollout.ts';
import { topUsage } from './top-usage.ts';
import { updateRollout } from './update-rollout.ts';
import { updateTrust } from './update-trust.ts';
import type { UseCase, UseCases } from './use-cases.ts';

/** Every operation of the API with what it does, behind the least role that may. */
export const useCases: UseCases = {
  getOverview: guarded('getOverview', getOverview),
  listDevices: guarded('listDevices', listDevices),
  getDevice: guarded('getDevice', getDevice),
  setDeviceLabels: guarded('setDeviceLabels', setDeviceLabels),
  removeDevice: guarded('removeDevice', removeDevice),
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
  listPublisherKeys: guarded('listPublisherKeys', listPublisherKeys),
  addPublisherKey: guarded('addPublisherKey', addPublisherKey),
  removePublisherKey: guarded('removePublisherKey', removePublisherKey),
  getTrust: guarded('getTrust', getTrust),
  getTrustPublisher: guarded('getTrustPublisher', getTrustPublisher),
  updateTrust: guarded('updateTrust', updateTrust),
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
  listOperatorTokens: guarded('listOperatorTokens', listOperatorTokens),
  createOperatorToken: guarded('createOperatorToken', createOperatorToken),
  removeOperatorToken: guarded('removeOperatorToken', removeOperatorToken),
  listAudit: guarded('listAudit', listAudit),
};

function guarded<K extends keyof typeof OPERATIONS>(id: K, useCase: UseCase<K>): UseCase<K> {
  const { role } = OPERATIONS[id];
  return async (context, caller, input) => {
    if (hasRole(caller.role, role)) return await useCase(context, caller, input);
    return refuse('forbidden', `${id} needs the role ${role}; this token has the role ${caller.role}`);
  };
}
