import type { AuditRepository } from './port/audit.ts';
import type { BlobRepository } from './port/blobs.ts';
import type { ClaimTokenRepository } from './port/claim-tokens.ts';
import type { DesiredRepository } from './port/desired.ts';
import type { CertificateRepository } from './port/device-certificates.ts';
import type { DeviceEventRepository } from './port/device-events.ts';
import type { DeviceStandingRepository } from './port/device-standings.ts';
import type { DeviceRepository } from './port/devices.ts';
import type { OperatorRepository } from './port/operators.ts';
import type { ProcessMessageRepository } from './port/process-messages.ts';
import type { ProcessRepository } from './port/processes.ts';
import type { PublishPolicyRepository } from './port/publish-policies.ts';
import type { ReceivedRepository } from './port/received.ts';
import type { ReleaseRepository } from './port/releases.ts';
import type { RolloutStagingRepository } from './port/rollout-staging.ts';
import type { RolloutRepository } from './port/rollouts.ts';
import type { SecretRepository } from './port/secrets.ts';
import type { SessionRepository } from './port/sessions.ts';
import type { SettingRepository } from './port/settings.ts';
import type { TenantRepository } from './port/tenants.ts';
import type { TrustMetadataRepository } from './port/trust-metadata.ts';
import type { UsageRepository } from './port/usage.ts';
import type { UserRepository } from './port/users.ts';
import type { WorkloadRepository } from './port/workloads.ts';

/**
 * Port: the truth of the control plane. Adapters: sqlite/ (processes of one machine), later postgres/ (replicas). Every method takes the
 * tenant first, and nothing it returns belongs to another. What a transaction wrote is on the disk when `transaction` resolves.
 */
export interface Store extends Repositories {
  /** All or nothing; a throw takes everything back. Inside, only the repositories given may be used. Never nest. */
  transaction<T>(work: (repositories: Repositories) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface Repositories {
  readonly devices: DeviceRepository;
  readonly claimTokens: ClaimTokenRepository;
  readonly certificates: CertificateRepository;
  readonly standings: DeviceStandingRepository;
  readonly releases: ReleaseRepository;
  readonly blobs: BlobRepository;
  readonly desired: DesiredRepository;
  readonly received: ReceivedRepository;
  readonly workloads: WorkloadRepository;
  readonly deviceEvents: DeviceEventRepository;
  readonly usage: UsageRepository;
  readonly rollouts: RolloutRepository & RolloutStagingRepository;
  readonly trustMetadata: TrustMetadataRepository;
  readonly secrets: SecretRepository;
  readonly publishPolicies: PublishPolicyRepository;
  readonly operators: OperatorRepository;
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly audit: AuditRepository;
  readonly tenants: TenantRepository;
  readonly settings: SettingRepository;
  readonly processes: ProcessRepository;
  readonly processMessages: ProcessMessageRepository;
}
