/** Names of what is cached. A change on the stream invalidates by prefix, so the first words are the thing itself. */
export const KEYS = {
  session: ['session'],
  signIn: ['sign-in'],
  users: ['users'],
  overview: ['overview'],
  devices: ['devices'],
  device: (device: string) => ['device', device, 'itself'],
  deviceEvents: (device: string) => ['device', device, 'events'],
  deviceUsage: (device: string) => ['device', device, 'usage'],
  claimTokens: ['claim-tokens'],
  releases: ['releases'],
  rollouts: ['rollouts'],
  rollout: (id: string) => ['rollout', id, 'itself'],
  explanation: (id: string) => ['rollout', id, 'explanation'],
  members: (id: string) => ['rollout', id, 'members'],
  plan: ['plan'],
  top: ['top'],
  audit: ['audit'],
  auditChain: ['audit-chain'],
  trust: ['trust'],
  operatorTokens: ['operator-tokens'],
} as const;

export type Key = readonly string[];
