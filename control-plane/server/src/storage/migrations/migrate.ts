import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { begin, type DialectTraits } from './0001-begin.ts';
import { rolloutMachine } from './0002-rollout-machine.ts';
import { boundedWork } from './0003-bounded-work.ts';
import { usageFigures } from './0004-usage-figures.ts';
import { trustMetadata } from './0005-trust-metadata.ts';
import { releasesWithoutEnvelopes } from './0006-releases-without-envelopes.ts';
import { deviceIdentity } from './0007-device-identity.ts';
import { accounts } from './0008-accounts.ts';
import { auditChain } from './0009-audit-chain.ts';
import { secrets } from './0010-secrets.ts';
import { certificateAuthorities } from './0011-certificate-authorities.ts';

/** Brings the schema up to date. Each migration runs once, in order of its number; a failed one is taken back and throws. */
export async function migrate(db: Kysely<unknown>, traits: DialectTraits): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: {
      getMigrations: async () => ({
        '0001-begin': { up: (under: Kysely<unknown>) => begin(under, traits) },
        '0002-rollout-machine': { up: rolloutMachine },
        '0003-bounded-work': { up: (under: Kysely<unknown>) => boundedWork(under, traits) },
        '0004-usage-figures': { up: usageFigures },
        '0005-trust-metadata': { up: trustMetadata },
        '0006-releases-without-envelopes': { up: releasesWithoutEnvelopes },
        '0007-device-identity': { up: deviceIdentity },
        '0008-accounts': { up: accounts },
        '0009-audit-chain': { up: auditChain },
        '0010-secrets': { up: secrets },
        '0011-certificate-authorities': { up: certificateAuthorities },
      }),
    },
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw new Error('migrate the database to this version', { cause: error });
}
