import { afterAll } from 'vitest';
import { SECRETS } from '../src/broker/contract/subject.ts';
import { brokerContract } from '../src/broker/contract.ts';
import { startMosquitto } from './support/mosquitto.ts';

const mosquitto = await startMosquitto();
const names = Object.keys(SECRETS);
const certificates = new Map(
  await Promise.all(names.map(async (name) => [name, await mosquitto.device(name)] as const)),
);
afterAll(() => mosquitto.stop());

brokerContract({
  name: 'external, mosquitto',
  make: () => mosquitto.connect(),
  credentials(identity) {
    const own = certificates.get(identity);
    return { ca: mosquitto.authority.certificatePem, ...(own ? { key: own.keyPem, cert: own.certPem } : {}) };
  },
  serialOf: (identity) => certificates.get(identity)?.serial,
  capabilities: {
    hasHeldAcknowledgement: false,
    refusesForeignBranches: false,
    refusesForeignClientIds: false,
    seesConnections: false,
  },
});
