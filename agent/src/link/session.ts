import { buildTopic, DOWN_CHANNELS, downFilter, LIMITS, type UpChannel } from '@wherry/protocol';
import { type IClientOptions, MqttClient } from 'mqtt';
import type { Counters } from '../logs/counters.ts';
import type { Logger } from '../logs/logger.ts';
import { type Backoff, cameUp, NO_ATTEMPTS, wentDown } from './backoff.ts';
import { FilteredStream, openBrokerSocket } from './filtered-stream.ts';
import type { Identity } from './port.ts';
import type { LinkTuning } from './tuning.ts';

/**
 * The MQTT session: connect, subscribe, say that we are here, and connect again after a while when it is lost. Each attempt is
 * a client of its own, so that nothing of an old session (queues, packet ids, half-read packets) lives on in a new one.
 * Elsewhere: what the messages mean (inbox.ts), and what must not be lost (drain.ts).
 */
export interface Session {
  start(): void;
  stop(): Promise<void>;
  readonly isUp: boolean;
  /** False when the session is down and the message went nowhere. */
  publish(channel: UpChannel, payload: Uint8Array, options?: { readonly qos?: 0 | 1; readonly id?: string }): boolean;
  /** Bytes that wait in the socket. */
  backlogBytes(): number;
}

export interface SessionOptions {
  readonly identity: Identity;
  readonly boot: string;
  readonly tuning: LinkTuning;
  readonly log: Logger;
  readonly counters: Counters;
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly onMessage: (topic: string, payload: Uint8Array) => void;
  /** A clock that does not jump. */
  readonly monotonicMs: () => number;
  readonly random: () => number;
}

/** A broker that leaves more than this unanswered is not there any more, whatever TCP says. */
const UNANSWERED_MAX = 64;
/** How long `stop` waits for the farewell to leave. */
const FAREWELL_MS = 2_000;

export function createSession(options: SessionOptions): Session {
  const { identity, tuning, log, counters, monotonicMs, random } = options;
  const branch = { tenant: identity.tenant, device: identity.device } as Parameters<typeof buildTopic>[0];
  const name = `${identity.tenant}/${identity.device}`;
  let backoff: Backoff = NO_ATTEMPTS;
  let client: MqttClient | null = null;
  let stream: FilteredStream | null = null;
  let isUp = false;
  let isStopped = true;
  let unanswered = 0;
  let retry: NodeJS.Timeout | undefined;
  let lastReason = '';

  const presence = (status: 'online' | 'offline') => Buffer.from(JSON.stringify({ status, boot: options.boot }));
  const topicOf = (channel: UpChannel, id?: string) =>
    buildTopic(id === undefined ? { ...branch, channel } : { ...branch, channel, id });

  function open(): MqttClient {
    const socket = openBrokerSocket(identity.mqttUrl);
    const opened = new FilteredStream(socket, LIMITS.packetBytes, (bytes) =>
      counters.note('packet_too_large', { bytes }, 'a packet above the limit was left out'),
    );
    stream = opened;
    const will = { topic: topicOf('presence'), payload: presence('offline'), qos: 1, retain: false } as const;
    return new MqttClient(() => opened, { ...clientOptions(), will });
  }

  function connect(): void {
    let reason = 'closed';
    let attempt: MqttClient;
    try {
      attempt = open();
    } catch (error) {
      again(error instanceof Error ? error.message : String(error), false);
      return;
    }
    client = attempt;
    unanswered = 0;
    attempt.on('error', (error) => {
      reason = error.message || (error as NodeJS.ErrnoException).code || 'error';
      // A refusal or a broken packet leaves the socket open.
      attempt.end(true);
    });
    attempt.on('connect', () => void subscribe(attempt));
    attempt.on('message', (topic, payload) => {
      if (client === attempt && !isStopped) options.onMessage(topic, payload);
    });
    attempt.once('close', () => lost(attempt, reason));
  }

  function clientOptions(): IClientOptions {
    return {
      clientId: name,
      username: name,
      password: identity.secret,
      clean: true,
      protocolVersion: 4,
      protocolId: 'MQTT',
      reconnectPeriod: 0,
      resubscribe: false,
      connectTimeout: tuning.connectTimeoutMs,
      keepalive: tuning.keepaliveSeconds,
      // A link that swallows what is sent is noticed only if pings go out while there is traffic, too.
      reschedulePings: false,
      timerVariant: 'native',
    };
  }

  async function subscribe(attempt: MqttClient): Promise<void> {
    try {
      const filters = DOWN_CHANNELS.map((channel) => downFilter(branch.tenant, branch.device, channel));
      const granted = await attempt.subscribeAsync(filters, { qos: 1 });
      const refused = granted.find((grant) => grant.qos === 128);
      if (refused) throw new Error(`the broker refused the subscription to ${refused.topic}`);
    } catch (error) {
      attempt.emit('error', error as Error);
      return;
    }
    if (client !== attempt || isStopped || !attempt.connected) return;
    isUp = true;
    lastReason = '';
    backoff = cameUp(backoff, monotonicMs());
    counters.add('sessions');
    log.info({ broker: identity.mqttUrl }, 'connected to the control plane');
    publish('presence', presence('online'));
    options.onUp();
  }

  function lost(attempt: MqttClient, reason: string): void {
    if (client !== attempt) return;
    client = null;
    stream = null;
    attempt.end(true);
    const wasUp = isUp;
    isUp = false;
    if (wasUp) options.onDown();
    again(reason, wasUp);
  }

  function again(reason: string, wasUp: boolean): void {
    const next = wentDown(backoff, monotonicMs(), random(), tuning);
    backoff = next.backoff;
    if (!wasUp) counters.add('connect_failures');
    if (isStopped) return;
    const level = wasUp || reason !== lastReason ? 'warn' : 'debug';
    lastReason = reason;
    log[level]({ broker: identity.mqttUrl, reason, retryInMs: next.delayMs }, 'no session with the control plane');
    retry = setTimeout(connect, next.delayMs);
  }

  function publish(
    channel: UpChannel,
    payload: Uint8Array,
    { qos = 1, id }: { qos?: 0 | 1; id?: string } = {},
  ): boolean {
    const attempt = client;
    if (!attempt || !isUp) return false;
    if (qos === 1) unanswered += 1;
    attempt.publish(topicOf(channel, id), payload as Buffer, { qos }, () => {
      if (qos === 1 && client === attempt) unanswered -= 1;
    });
    if (unanswered > UNANSWERED_MAX) attempt.emit('error', new Error('the broker does not answer'));
    return true;
  }

  return {
    get isUp() {
      return isUp;
    },
    publish,
    backlogBytes: () => stream?.writableLength ?? 0,
    start() {
      if (!isStopped) return;
      isStopped = false;
      retry = setTimeout(connect, Math.floor(random() * tuning.firstConnectJitterMs));
    },
    async stop() {
      isStopped = true;
      clearTimeout(retry);
      const attempt = client;
      if (!attempt) return;
      // A clean DISCONNECT keeps the last will back, so the farewell is said here.
      if (isUp) publish('presence', presence('offline'));
      const closed = new Promise<void>((resolve) => attempt.once('close', () => resolve()));
      attempt.end(!isUp);
      await within(FAREWELL_MS, closed);
      // Whatever is left of it, nothing may keep the agent from ending.
      stream?.destroy();
      attempt.end(true);
    },
  };
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
