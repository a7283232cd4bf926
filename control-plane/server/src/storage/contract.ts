import { afterEach, beforeEach, describe } from 'vitest';
import { accountContract } from './contract/accounts.ts';
import { auditContract } from './contract/audit.ts';
import { desiredContract } from './contract/desired.ts';
import { deviceIdentityContract } from './contract/device-identity.ts';
import { deviceContract } from './contract/devices.ts';
import { receivedContract } from './contract/received.ts';
import { rolloutContract } from './contract/rollouts.ts';
import { secretContract } from './contract/secrets.ts';
import { tenantContract } from './contract/tenants.ts';
import { transactionContract } from './contract/transactions.ts';
import { trustMetadataContract } from './contract/trust-metadata.ts';
import { usageContract } from './contract/usage.ts';
import { workloadContract } from './contract/workloads.ts';
import type { Store } from './port.ts';

/** What every store must do. An adapter runs it with a way to open an empty store of its kind. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`store: ${name}`, () => {
    let opened: Store;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    const store = () => opened;

    transactionContract(store);
    auditContract(store);
    deviceContract(store);
    deviceIdentityContract(store);
    tenantContract(store);
    receivedContract(store);
    desiredContract(store);
    rolloutContract(store);
    usageContract(store);
    workloadContract(store);
    trustMetadataContract(store);
    secretContract(store);
    accountContract(store);
  });
}
