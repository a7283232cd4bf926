import { refuse, succeed, WherryError } from '@wherry/protocol';
import { SERVER_LIMITS } from '../../config/limits.ts';
import { createEmbeddedBroker, type EmbeddedBroker } from '../embedded/embedded-broker.ts';
import type { BrokerHandlers } from '../port.ts';
import { connectionsWithin, openFilesLimit } from './open-files.ts';
import { OutboundBatch } from './outbound-batch.ts';
import { Questions } from './questions.ts';
import { type FromBroker, type ListenOrder, type Takers, type ToBroker, take } from './wire.ts';

/**
 * The process of the embedded broker: sockets, handshakes, the guard and aedes. It keeps nothing and decides nothing that the server has
 * to know: who may come in and what is stored it asks, and it acknowledges a message only after the answer. Without its server
 * it ends at once.
 */
const out = new OutboundBatch<FromBroker>((batch, taken) => {
  if (process.connected) process.send?.(batch, undefined, {}, taken);
});
const questions = new Questions<boolean>(SERVER_LIMITS.waitingMessages);
let broker: EmbeddedBroker | null = null;

process.on('disconnect', () => process.exit(0));
// The server ends this process when it has stored what was received; a signal to the whole group must not be faster.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

const takers: Takers<ToBroker> = {
  listen: ({ order }) => void listen(order),
  answer: ({ id, isOk }) => questions.answer(id, isOk),
  publish: ({ topic, payload }) => void broker?.publish(topic, payload),
  kick: ({ id, tenant, device }) => void broker?.kick(tenant, device).then(() => out.add({ kind: 'done', id })),
  renew: ({ id, tls }) => void broker?.renewTls(tls).then(() => out.add({ kind: 'done', id })),
  ping: () => out.add({ kind: 'pong' }),
  stop: () => void stop(),
};
process.on('message', (batch: readonly ToBroker[]) => {
  for (const message of batch) take(takers, message);
});

async function listen({ plain, tls }: ListenOrder): Promise<void> {
  const openFiles = openFilesLimit();
  const connections = connectionsWithin(openFiles, SERVER_LIMITS.connections);
  if (connections < SERVER_LIMITS.connections) out.add({ kind: 'few_files', openFiles, connections });
  broker = createEmbeddedBroker({
    ...{ plain, tls },
    gate: { ...SERVER_LIMITS, connections },
    onViolation: (violation, address) => out.add({ kind: 'violation', violation, address }),
    onEnded: (name, reason) => out.add({ kind: 'ended', name, reason: reason.message }),
  });
  try {
    out.add({ kind: 'listening', addresses: await broker.start(handlers) });
  } catch (error) {
    const { message, code, syscall } = error as NodeJS.ErrnoException;
    const known = { ...(code === undefined ? {} : { code }), ...(syscall === undefined ? {} : { syscall }) };
    out.add({ kind: 'not_listening', error: { message, ...known } });
  }
}

const handlers: BrokerHandlers = {
  authenticate: (tenant, device, secret) => ask((id) => ({ kind: 'secret', id, tenant, device, secret })),
  authenticateCertificate: (tenant, device, certificate) =>
    ask((id) => ({ kind: 'certificate', id, tenant, device, certificate })),
  async receive(message) {
    const isStored = await ask((id) => ({ kind: 'message', id, message }), message.payload.length);
    return isStored ? succeed(undefined) : refuse('unavailable', 'not stored');
  },
  async appMessage(message) {
    await ask((id) => ({ kind: 'app_message', id, message }), message.payload.length);
  },
  connected: (tenant, device) => out.add({ kind: 'connected', tenant, device }),
  disconnected: (tenant, device) => out.add({ kind: 'disconnected', tenant, device }),
};

async function ask(question: (id: number) => FromBroker, bytes = 0): Promise<boolean> {
  const answer =
    questions.openBytes > SERVER_LIMITS.waitingBytes
      ? null
      : questions.ask((id) => out.add(question(id), bytes), bytes);
  if (!answer) throw new WherryError('unavailable', 'too much waits for the server');
  return await answer;
}

async function stop(): Promise<void> {
  await broker?.stop();
  // What the ends of the sessions had to say is said in this turn of the loop and the next.
  setImmediate(() => out.add({ kind: 'stopped' }));
}
