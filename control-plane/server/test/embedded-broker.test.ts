import { secretOf } from '../src/broker/contract/subject.ts';
import { brokerContract } from '../src/broker/contract.ts';
import { createEmbeddedBroker } from '../src/broker/embedded/embedded-broker.ts';
import { createProcessBroker } from '../src/broker/process/process-broker.ts';
import { certificateOf, makeContractAuthority } from './support/contract-certificates.ts';

const capabilities = {
  hasHeldAcknowledgement: true,
  refusesForeignBranches: true,
  refusesForeignClientIds: true,
  seesConnections: true,
};
const anywhere = { host: '127.0.0.1', port: 0 };

brokerContract({
  name: 'embedded, plain',
  make: () => createEmbeddedBroker({ plain: anywhere }),
  credentials: secretOf,
  capabilities,
});

const certificates = await makeContractAuthority();

brokerContract({
  name: 'embedded, mutual TLS',
  make: () =>
    createEmbeddedBroker({
      plain: null,
      tls: { ...anywhere, ...certificates.authority.server, clientCaPem: certificates.authority.caPem },
    }),
  credentials: (identity) => certificateOf(certificates, identity),
  serialOf: (identity) => certificates.devices.get(identity)?.serial,
  capabilities,
});

brokerContract({
  name: 'embedded, in a process of its own',
  make: () => createProcessBroker({ plain: anywhere }),
  credentials: secretOf,
  capabilities,
});

brokerContract({
  name: 'embedded, in a process of its own, mutual TLS',
  make: () =>
    createProcessBroker({
      plain: null,
      tls: { ...anywhere, ...certificates.authority.server, clientCaPem: certificates.authority.caPem },
    }),
  credentials: (identity) => certificateOf(certificates, identity),
  serialOf: (identity) => certificates.devices.get(identity)?.serial,
  capabilities,
});
