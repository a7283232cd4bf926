import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { APP_TOPIC_LEVELS_MAX, buildTopic, downFilter, isDownChannel, type Topic, WherryError } from '@wherry/protocol';
import { Aedes, type AuthenticateError, type Client, type ConnectPacket, type PublishPacket } from 'aedes';
import { SERVER_LIMITS } from '../../config/limits.ts';
import type { Listen } from '../../config/make-config.ts';
import { ConnectionGate, type GateLimits } from '../guard/connection-gate.ts';
import { GuardedConnection, type GuardOptions } from '../guard/guarded-connection.ts';
import type { Violation } from '../guard/violations.ts';
import type { Identity } from '../identity.ts';
import type { Broker, BrokerHandlers, BrokerTls } from '../port.ts';
import { appMessageOf, mayPublish, maySubscribe } from '../rights.ts';
import { authenticate, createLoginThrottle } from './authenticate.ts';
import { type Arrival, type Listener, listenPlain, listenTls, type TlsListener } from './listen.ts';
import { Sessions } from './sessions.ts';

/**
 * Broker port over aedes, in this process. A guard stands before it (guard/); a message is given to `receive` while it is being
 * authorized, because that is the only moment before aedes acknowledges it. Sessions are always clean: nothing is queued for a
 * device that is away, and nothing is retained.
 */
export interface EmbeddedBrokerOptions {
  /** Null: none. */
  readonly plain: Listen | null;
  readonly tls?: (Listen & BrokerTls & { readonly ticketKeys?: Uint8Array }) | null;
  readonly onViolation?: (violation: Violation, address: string) => void;
  /** A session that was ended for what it did: the reason is for the log. */
  readonly onEnded?: (name: string, reason: Error) => void;
  readonly gate?: GateLimits;
  readonly guard?: Partial<Pick<GuardOptions, 'connectWithinMs' | 'authenticateWithinMs' | 'packets' | 'bytes'>>;
}

export interface EmbeddedBroker extends Broker {
  /** A new certificate or other client authorities, for connections that come from now on. */
  renewTls(tls: BrokerTls): Promise<void>;
}

/** The longest are those of apps. */
const TOPIC_LEVELS_MAX = 7 + APP_TOPIC_LEVELS_MAX;
/** MQTT 3.1.1, 3.9.3: what SUBACK says of a filter that was not granted. */
const SUBSCRIPTION_REFUSED = 0x80;

export function createEmbeddedBroker(options: EmbeddedBrokerOptions): EmbeddedBroker {
  const gate = new ConnectionGate(options.gate ?? SERVER_LIMITS);
  const sessions = new Sessions();
  const identities = new WeakMap<Client, Identity>();
  const connects = new WeakMap<Client, ConnectPacket>();
  const arrivals = new WeakMap<Client, Arrival>();
  const failures = createLoginThrottle();
  const sockets = new Set<Socket>();
  let running: { readonly aedes: Aedes; readonly listeners: readonly Listener[] } | null = null;
  let tlsListener: TlsListener | null = null;

  return {
    async start(handlers) {
      const aedes = await Aedes.createBroker({
        connectTimeout: SERVER_LIMITS.authenticateWithinMs,
        keepaliveLimit: SERVER_LIMITS.keepaliveSeconds,
        drainTimeout: 20_000,
        maxTopicLevels: TOPIC_LEVELS_MAX,
        preConnect(client, packet, done) {
          packet.clean = true;
          connects.set(client, packet);
          done(null, true);
        },
        authenticate(client, userName, password, done) {
          const packet = connects.get(client);
          connects.delete(client);
          const { address = 'unknown', certificate = null } = arrivals.get(client) ?? {};
          authenticate(handlers, failures, { address, packet, userName, password, certificate }).then(
            (identity) => {
              identities.set(client, identity);
              done(null, true);
            },
            (error: unknown) => done(error as AuthenticateError, false),
          );
        },
        authorizePublish(client, packet, done) {
          packet.retain = false;
          receive(handlers, client, packet).then(
            () => done(null),
            (error: unknown) => done(error as Error),
          );
        },
        authorizeSubscribe(client, subscription, done) {
          const identity = identities.get(client);
          const isGranted = identity !== undefined && maySubscribe(identity, subscription.topic);
          done(null, isGranted ? subscription : null);
        },
      });
      aedes.on('clientReady', (client) => opened(handlers, client));
      aedes.on('subscribe', (subscriptions, client) => {
        const session = sessionOf(client);
        for (const { topic, qos } of subscriptions)
          if ((qos as number) !== SUBSCRIPTION_REFUSED) session?.filters.add(topic);
      });
      aedes.on('unsubscribe', (filters, client) => {
        const session = sessionOf(client);
        for (const filter of filters) session?.filters.delete(filter);
      });
      aedes.on('clientError', (client, error) => options.onEnded?.(client.id, error));
      // Housekeeping that failed (a stale last will, say) is told, and ends nothing: no promise rests on it.
      (aedes as EventEmitter).on('error', (error: Error) => options.onEnded?.('broker', error));
      const listening = {
        gate,
        onViolation: (violation: Violation, address: string) => options.onViolation?.(violation, address),
        onArrival: (arrival: Arrival) => accept(aedes, handlers, arrival),
      };
      const listeners: Listener[] = [];
      running = { aedes, listeners };
      const plain = options.plain ? await listenPlain(options.plain, listening) : null;
      if (plain) listeners.push(plain);
      const handshakeWithinMs = options.guard?.connectWithinMs ?? SERVER_LIMITS.connectWithinMs;
      tlsListener = options.tls ? await listenTls({ ...options.tls, handshakeWithinMs }, listening) : null;
      if (tlsListener) listeners.push(tlsListener);
      const url = plain?.url ?? tlsListener?.url;
      if (url === undefined) throw new TypeError('a broker needs a listener, plain or with TLS');
      return tlsListener ? { url, tlsUrl: tlsListener.url } : { url };
    },

    async stop() {
      if (!running) return;
      const { aedes, listeners } = running;
      running = null;
      const closed = Promise.all(listeners.map((listener) => listener.stop()));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },

    async renewTls(tls) {
      tlsListener?.renew(tls);
    },

    async publish(topic, payload) {
      const session = sessions.find(topic.tenant, topic.device);
      if (!session || !isListening(session.filters, topic)) return;
      if (session.client.conn.writableLength > SERVER_LIMITS.outboundBytesPerDevice) return;
      await new Promise<void>((resolve) => {
        session.client.publish(
          {
            cmd: 'publish',
            topic: buildTopic(topic),
            payload: Buffer.from(payload),
            qos: 1,
            retain: false,
            dup: false,
          },
          () => resolve(),
        );
      });
    },

    isConnected(tenant, device) {
      return sessions.find(tenant, device) !== null;
    },

    async kick(tenant, device) {
      const session = sessions.find(tenant, device);
      if (session) await new Promise<void>((resolve) => session.client.close(() => resolve()));
    },
  };

  function accept(aedes: Aedes, handlers: BrokerHandlers, arrival: Arrival): void {
    const { socket, address, ticket } = arrival;
    sockets.add(socket);
    const connection = new GuardedConnection(socket, {
      connectWithinMs: SERVER_LIMITS.connectWithinMs,
      authenticateWithinMs: SERVER_LIMITS.authenticateWithinMs,
      packets: { burst: SERVER_LIMITS.packetsBurst, perSecond: SERVER_LIMITS.packetsPerSecond },
      bytes: { burst: SERVER_LIMITS.bytesBurst, perSecond: SERVER_LIMITS.bytesPerSecond },
      ...options.guard,
      nowMs: () => performance.now(),
      onViolation: (violation) => options.onViolation?.(violation, address),
      onAuthenticated: ticket.authenticated,
    });
    const client = aedes.handle(connection);
    arrivals.set(client, arrival);
    connection.once('close', () => {
      sockets.delete(socket);
      const identity = identities.get(client);
      if (identity && sessions.close(client, identity.name)) handlers.disconnected(identity.tenant, identity.device);
    });
  }

  function opened(handlers: BrokerHandlers, client: Client): void {
    const identity = identities.get(client);
    if (!identity || client.closed) return;
    const before = sessions.open({ identity, client, filters: new Set() });
    before?.client.close();
    handlers.connected(identity.tenant, identity.device);
  }

  function sessionOf(client: Client) {
    const identity = identities.get(client);
    const session = identity ? sessions.find(identity.tenant, identity.device) : null;
    return session?.client === client ? session : null;
  }

  async function receive(handlers: BrokerHandlers, client: Client | null, packet: PublishPacket): Promise<void> {
    const identity = client ? identities.get(client) : undefined;
    if (!client || !identity) throw new WherryError('forbidden', `publish on ${packet.topic} without an identity`);
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const said = appMessageOf(identity, packet.topic);
    if (said !== null) {
      const { tenant, device, app, path } = said;
      return handlers.appMessage?.({ tenant, device, app, path, payload });
    }
    const right = mayPublish(identity, packet.topic);
    if (!right.ok) throw new WherryError('forbidden', right.problems[0]?.message ?? 'publish refused');
    if (client.closed && isReplaced(client, identity)) return;
    const outcome = await handlers.receive({
      tenant: identity.tenant,
      device: identity.device,
      ...right.value,
      payload,
    });
    if (!outcome.ok) throw new WherryError('unavailable', `store a message of ${identity.name}`);
  }

  /** The last will of a session whose device is back already says nothing true. */
  function isReplaced(client: Client, identity: Identity): boolean {
    return sessions.find(identity.tenant, identity.device) !== null && !sessions.isLive(client, identity.name);
  }
}

function isListening(filters: ReadonlySet<string>, topic: Topic): boolean {
  return isDownChannel(topic.channel) && filters.has(downFilter(topic.tenant, topic.device, topic.channel));
}
