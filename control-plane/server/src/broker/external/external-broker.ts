import { buildTopic, fleetAppFilter, fleetFilter, UP_CHANNELS } from '@wherry/protocol';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { SERVER_LIMITS } from '../../config/limits.ts';
import type { DenyList } from '../mosquitto/deny-list.ts';
import type { Broker, BrokerHandlers } from '../port.ts';
import { createIntake } from './intake.ts';
import { SessionsHeard } from './sessions-heard.ts';

/**
 * Broker port over a broker of somebody else. It is trusted with one thing: that whoever speaks on a device's branch is that device, which
 * its access rules see to (mosquitto/). It acknowledges to a device before anything is stored; C1 holds because a device empties its
 * outbox only when `ack` tells it to, and sends again until then. What comes while too much waits is read later.
 */
export interface ExternalBrokerOptions {
  /** Where the control plane connects. */
  readonly url: string;
  /** Where devices connect. */
  readonly deviceUrl: string;
  readonly clientId: string;
  /** PEM, or a user name and password. */
  readonly credentials: Pick<IClientOptions, 'ca' | 'cert' | 'key' | 'username' | 'password'>;
  /** Where the broker looks up who is let in; absent: it has other means. */
  readonly denyList?: DenyList;
  /** The connection came, or was lost; `reason` is for the log. */
  readonly onLink?: (isUp: boolean, reason?: Error) => void;
  readonly onFailed?: (name: string, reason: Error) => void;
}

export interface ExternalBroker extends Broker {
  isListening(): boolean;
  refresh(): Promise<void>;
}

const FILTERS = [...UP_CHANNELS.map(fleetFilter), fleetAppFilter('out')];
const RECONNECT_MS = 1_000;
const CONNECT_WITHIN_MS = 10_000;
const KEEPALIVE_SECONDS = 30;

export function createExternalBroker(options: ExternalBrokerOptions): ExternalBroker {
  let sessions: SessionsHeard | null = null;
  let client: MqttClient | null = null;
  let unsentBytes = 0;
  let refused: BrokerHandlers['refused'];
  let refreshing: Promise<void> = Promise.resolve();

  /** One after the other, so that an older list never takes the place of a newer one. */
  function refresh(): Promise<void> {
    refreshing = refreshing
      .then(async () => {
        if (options.denyList && refused) await options.denyList.tell(await refused());
      })
      .catch((error: Error) => options.onFailed?.('the list of certificates that open nothing', error));
    return refreshing;
  }

  const connect = (own: IClientOptions) =>
    mqtt.connect(options.url, {
      ...options.credentials,
      protocolVersion: 4,
      clean: true,
      keepalive: KEEPALIVE_SECONDS,
      connectTimeout: CONNECT_WITHIN_MS,
      ...own,
    });

  const isOverTls = options.deviceUrl.startsWith('mqtts:');
  return {
    hasOwnCertificate: isOverTls,
    hasUnheardSessions: true,

    async start(handlers) {
      refused = handlers.refused;
      await refresh();
      const link = connect({ clientId: options.clientId, reconnectPeriod: RECONNECT_MS, resubscribe: false });
      client = link;
      let reason: Error | undefined;
      link.on('error', (error) => {
        reason = error;
      });
      link.on('close', () => {
        if (client !== link) return;
        // Their sessions ended with the broker's, or nobody can say: who is there is heard again.
        sessions?.allGone();
        options.onLink?.(false, reason);
      });
      sessions = new SessionsHeard(handlers);
      link.handleMessage = createIntake(handlers, sessions, (name, failure) => options.onFailed?.(name, failure));
      const isUp = new Promise<void>((resolve) => {
        link.on('connect', () => {
          reason = undefined;
          link.subscribe(FILTERS, { qos: 1 }, (error) => {
            if (!error) options.onLink?.(true);
            resolve();
          });
        });
      });
      // The API comes up without its broker too: it goes on trying.
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, CONNECT_WITHIN_MS).unref());
      await Promise.race([isUp, deadline]);
      const url = options.deviceUrl;
      return isOverTls ? { url, tlsUrl: url } : { url };
    },

    async stop() {
      const ending = client;
      client = null;
      await ending?.endAsync();
      sessions?.allGone();
    },

    /** Not awaited further than the client: whether a device is there to hear it is not known here. */
    async publish(topic, payload) {
      if (!client?.connected || !sessions?.has(topic.tenant, topic.device)) return;
      if (unsentBytes > SERVER_LIMITS.brokerOutboundBytes) return;
      unsentBytes += payload.length;
      client.publish(buildTopic(topic), Buffer.from(payload), { qos: 1 }, () => {
        unsentBytes -= payload.length;
      });
    },

    isConnected: (tenant, device) => sessions?.has(tenant, device) ?? false,
    isListening: () => client?.connected ?? false,

    refresh,

    /** A session that came in before the broker had read its list is ended by whoever looks again (`end sessions`). */
    async kick(tenant, device) {
      if (!client?.connected) return;
      const usurper = connect({ clientId: `${tenant}/${device}`, reconnectPeriod: 0 });
      await new Promise<void>((resolve) => {
        usurper.once('error', () => resolve());
        usurper.once('close', () => resolve());
        usurper.once('connect', () => usurper.end(false, () => resolve()));
      });
      sessions?.gone(tenant, device);
    },
  };
}
