import { brokerContract } from '../src/broker/contract.ts';
import { createEmbeddedBroker } from '../src/broker/embedded/embedded-broker.ts';

brokerContract('embedded', () => createEmbeddedBroker({ host: '127.0.0.1', port: 0 }), {
  hasHeldAcknowledgement: true,
});
