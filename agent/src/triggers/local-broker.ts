import { randomBytes } from 'node:crypto';
import { LIMITS } from '@wherry/protocol';
import { MqttClient } from 'mqtt';
import { FilteredStream, openBrokerSocket } from '../link/filtered-stream.ts';
import type { Counters } from '../logs/counters.ts';
import type { Logger } from '../logs/logger.ts';
import { createEchoes } from './echoes.ts';
import { TRIGGER_LIMITS as LIMIT } from './limits.ts';
import { disjointCover, matchesTopic } from './topic-filter.ts';

/** The session with a broker on the device or in its LAN: the bus reaches other machines through it. It reconnects by itself. */
export interface LocalBroker {
  start(): void;
  stop(): Promise<void>;
  readonly isUp: boolean;
  /** What the apps want to hear. */
  listen(filters: readonly string[]): void;
  /** Not kept while the session is down: a late command for a heater is worse than none. */
  publish(topic: string, payload: Uint8Array): void;
}

export interface LocalBrokerOptions {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly log: Logger;
  readonly counters: Counters;
  /** Messages of others; own ones do not come back. */
  readonly onMessage: (topic: string, payload: Uint8Array) => void;
  readonly monotonicMs: () => number;
}

const KEEPALIVE_SECONDS = 60;
const FRAME_BYTES = 1024;

export function createLocalBroker(options: LocalBrokerOptions): LocalBroker {
  const { log, counters, monotonicMs } = options;
  const echoes = createEchoes(LIMIT.echoes, LIMIT.echoMs);
  let cover: readonly string[] = [];
  let client: MqttClient | null = null;

  // The address may carry the account; what is logged does not.
  const address = new URL(options.url);
  const username = options.username ?? (decodeURIComponent(address.username) || undefined);
  const password = options.password ?? (decodeURIComponent(address.password) || undefined);
  const url = `${address.protocol}//${address.host}`;

  function open(): MqttClient {
    const opened = new MqttClient(
      () =>
        new FilteredStream(openBrokerSocket(url), LIMITS.publishPayloadBytes + FRAME_BYTES, () =>
          counters.note('broker_packet_too_large', { url }, 'a message above the limit was left out'),
        ),
      {
        clientId: `wherry-${randomBytes(8).toString('hex')}`,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        clean: true,
        resubscribe: false,
        protocolVersion: 4,
        protocolId: 'MQTT',
        keepalive: KEEPALIVE_SECONDS,
        reconnectPeriod: LIMIT.brokerReconnectMs,
        reconnectOnConnackError: true,
        connectTimeout: LIMIT.brokerReconnectMs,
        queueQoSZero: false,
        timerVariant: 'native',
      },
    );
    opened.on('error', (error) => counters.note('broker_errors', { url, error: error.message }, 'the local broker'));
    opened.on('connect', () => {
      log.info({ url }, 'connected to the local broker');
      counters.add('broker_sessions');
      if (cover.length > 0) subscribe(cover);
    });
    opened.on('close', () => echoes.clear());
    opened.on('message', (topic, payload) => {
      if (!echoes.isEcho(topic, payload, monotonicMs())) options.onMessage(topic, payload);
    });
    return opened;
  }

  function subscribe(filters: readonly string[]): void {
    client?.subscribe([...filters], { qos: 1 }, (error, granted) => {
      const refused = error ? filters : granted?.filter(({ qos }) => qos === 128).map(({ topic }) => topic);
      if (refused && refused.length > 0 && client?.connected)
        counters.note('broker_subscriptions_refused', { refused }, 'the local broker refused a subscription');
    });
  }

  return {
    start() {
      client ??= open();
    },
    async stop() {
      await client?.endAsync(true);
      client = null;
    },
    get isUp() {
      return client?.connected ?? false;
    },
    listen(filters) {
      const before = new Set(cover);
      cover = disjointCover(filters);
      if (!client?.connected) return;
      const gone = [...before].filter((filter) => !cover.includes(filter));
      const added = cover.filter((filter) => !before.has(filter));
      if (gone.length > 0) client.unsubscribe(gone);
      if (added.length > 0) subscribe(added);
    },
    publish(topic, payload) {
      if (!client?.connected) {
        counters.add('broker_messages_dropped');
        return;
      }
      if (cover.some((filter) => matchesTopic(filter, topic))) echoes.expect(topic, payload, monotonicMs());
      client.publish(topic, payload as Buffer, { qos: 0 });
    },
  };
}
