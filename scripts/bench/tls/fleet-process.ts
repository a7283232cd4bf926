import { createSecureContext, type SecureContext } from 'node:tls';
import type { ConnectOrder, FromTlsFleet, RoundFigures, ToTlsFleet } from './fleet-messages.ts';
import { openTlsSession, type TlsSession } from './tls-session.ts';

/** The devices' ends of the connections, in a process of their own so that the server's memory is the server's. */
interface Seat {
  readonly name: string;
  readonly context: SecureContext;
  session: TlsSession | null;
  ticket: Buffer | undefined;
}

let order: ConnectOrder | null = null;
let seats: Seat[] = [];

process.on('message', (message: ToTlsFleet) => {
  answer(message).catch((error: Error) => tell({ type: 'failed', reason: error.message }));
});
process.on('disconnect', () => process.exit(0));

async function answer(message: ToTlsFleet): Promise<void> {
  if (message.type === 'close') return close();
  if (message.type === 'connect') {
    order = message;
    // Made before the clock runs: reading certificates is no part of a handshake.
    seats = message.devices.map(({ name, certPem }) => ({
      name,
      context: createSecureContext({ ca: message.caPem, key: message.keyPem, cert: certPem, minVersion: 'TLSv1.3' }),
      session: null,
      ticket: undefined,
    }));
  }
  if (order) tell(await connectAll(order));
}

async function connectAll({ host, port, atOnce }: ConnectOrder): Promise<RoundFigures> {
  const before = process.cpuUsage();
  const startedAtMs = performance.now();
  const waiting = seats[Symbol.iterator]();
  const lane = async () => {
    for (const seat of waiting) seat.session = await openTlsSession({ host, port, ...seat });
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const { user, system } = process.cpuUsage(before);
  return {
    type: 'connected',
    seconds: (performance.now() - startedAtMs) / 1_000,
    resumed: seats.filter(({ session }) => session?.isResumed).length,
    cpuSeconds: (user + system) / 1e6,
  };
}

function close(): void {
  for (const seat of seats) {
    seat.ticket = seat.session?.ticket();
    seat.session?.close();
    seat.session = null;
  }
  tell({ type: 'closed' });
}

function tell(message: FromTlsFleet): void {
  process.send?.(message);
}
