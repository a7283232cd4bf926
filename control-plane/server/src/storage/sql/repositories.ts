import type { Kysely } from 'kysely';
import type { Repositories } from '../port.ts';
import { auditRepository } from './audit.ts';
import { blobRepository } from './blobs.ts';
import { claimTokenRepository } from './claim-tokens.ts';
import { desiredRepository } from './desired.ts';
import { certificateRepository } from './device-certificates.ts';
import { deviceEventRepository } from './device-events.ts';
import { deviceStandingRepository } from './device-standings.ts';
import { deviceRepository } from './devices.ts';
import type { Dialect } from './dialect.ts';
import { operatorRepository } from './operators.ts';
import { processMessageRepository } from './process-messages.ts';
import { processRepository } from './processes.ts';
import { publishPolicyRepository } from './publish-policies.ts';
import { receivedRepository } from './received.ts';
import { releaseRepository } from './releases.ts';
import { rolloutRepository } from './rollouts.ts';
import { secretRepository } from './secrets.ts';
import { sessionRepository } from './sessions.ts';
import { settingRepository } from './settings.ts';
import type { Tables } from './tables.ts';
import { tenantRepository } from './tenants.ts';
import { trustMetadataRepository } from './trust-metadata.ts';
import { usageRepository } from './usage.ts';
import { userRepository } from './users.ts';
import { workloadRepository } from './workloads.ts';

/** The queries, in SQL that every dialect understands, over a connection or a transaction. */
export function repositories(db: Kysely<Tables>, dialect: Dialect): Repositories {
  return {
    devices: deviceRepository(db, dialect),
    claimTokens: claimTokenRepository(db),
    certificates: certificateRepository(db, dialect),
    standings: deviceStandingRepository(db, dialect),
    releases: releaseRepository(db),
    blobs: blobRepository(db),
    desired: desiredRepository(db, dialect),
    received: receivedRepository(db, dialect),
    workloads: workloadRepository(db, dialect),
    deviceEvents: deviceEventRepository(db),
    usage: usageRepository(db),
    rollouts: rolloutRepository(db, dialect),
    trustMetadata: trustMetadataRepository(db),
    secrets: secretRepository(db, dialect),
    publishPolicies: publishPolicyRepository(db),
    operators: operatorRepository(db),
    users: userRepository(db),
    sessions: sessionRepository(db),
    audit: auditRepository(db),
    tenants: tenantRepository(db),
    settings: settingRepository(db),
    processes: processRepository(db),
    processMessages: processMessageRepository(db),
  };
}
