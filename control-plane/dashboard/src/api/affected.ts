import type { StreamChange } from '@wherry/protocol';
import { KEYS, type Key } from './keys.ts';

/** Which cached things a change on the stream makes old. A table by type: a new type without its row does not compile. */
const AFFECTED: {
  readonly [T in StreamChange['type']]: (change: Extract<StreamChange, { type: T }>) => readonly Key[];
} = {
  device: ({ device }) => [
    KEYS.device(device),
    KEYS.devices,
    KEYS.attention,
    KEYS.overview,
    KEYS.releases,
    KEYS.claimTokens,
  ],
  usage: ({ device }) => [KEYS.deviceUsage(device), KEYS.device(device), KEYS.devices, KEYS.top, KEYS.overview],
  event: ({ device }) => [KEYS.deviceEvents(device)],
  rollout: ({ rollout }) => [...rolloutKeys(rollout), KEYS.overview, KEYS.audit],
  member: ({ rollout }) => rolloutKeys(rollout),
  release: () => [KEYS.releases, KEYS.overview],
  result: ({ device }) => [KEYS.deviceEvents(device)],
  log: () => [],
};

function rolloutKeys(id: string): readonly Key[] {
  return [KEYS.rollout(id), KEYS.members(id), KEYS.explanation(id), KEYS.rollouts];
}

export function affectedBy(change: StreamChange): readonly Key[] {
  return (AFFECTED[change.type] as (change: StreamChange) => readonly Key[])(change);
}
