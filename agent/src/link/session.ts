import {
  type AppName,
  appFilter,
  buildAppTopic,
  buildTopic,
  DOWN_CHANNELS,
  downFilter,
  LIMITS,
  type UpChannel,
} from '@wherry/protocol';
import { type IClientOptions, MqttClient } from 'mqtt';
import { writeToStream } from 'mqtt-packet';
import type { Counters } from '../logs/counters.ts';
import type { Logger } from '../logs/logger.ts';
import { type Backoff, cameUp, NO_ATTEMPTS, wentDown } from './backoff.ts';
import { type BrokerTls, FilteredStream, openBrokerSocket } from './filtered-stream.ts';
import { answered, fellSilent, freshKeepalive, type Keepalive, type KeepaliveTerms } from './keepalive.ts';
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
  /** Listens, or not, to messages of the fleet to apps. A broker that refuses them is told of, and no reason to leave it. */
  hearApps(isWanted: boolean): void;
  publishOut(app: string, path: string, payload: Uint8Array): boolean;
  /** Bytes that wait in the socket. */
  backlogBytes(): number;
}

export interface SessionOptions {
  readonly identity: Identity;
  readonly boot: string;
  readonly tls?: () => BrokerTls;
  readonly tuning: LinkTuning;
  readonly log: Logger;
  readonly counters: Counters;
  readonly onUp: () => void;
  readonly onDown: () => void;
  /** There is none, and the next attempt is only later. */
  readonly onWithout: () => void;
  readonly onMessage: (topic: string, payload: Uint8Array) => void;
  /** A clock that does not jump. */
  readonly monotonicMs: () => number;
  readonly random: () => number;
  readonly isMetered: () => boolean;
}

// Else the first packet makes 65,536 buffers of two bytes, 13 MB, to save making them one by one.
writeToStream.cacheNumbers = false;

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
  let isHearingApps = false;
  let keepalive: Keepalive | null = null;

  const keepaliveTerms = () => ({
    fromSeconds: tuning.keepaliveSeconds,
    toSeconds: options.isMetered() ? tuning.meteredKeepaliveSeconds : tuning.keepaliveSeconds,
  });
  const presence = (status: 'online' | 'offline') => Buffer.from(JSON.stringify({ status, boot: options.boot }));
  const topicOf = (channel: UpChannel, id?: string) =>
    buildTopic(id === undefined ? { ...branch, channel } : { ...branch, channel, id });

  function open(terms: KeepaliveTerms): MqttClient {
    const socket = openBrokerSocket(identity.mqttUrl, options.tls?.());
    const opened = new FilteredStream(socket, LIMITS.packetBytes, (bytes) =>
      counters.note('packet_too_large', { bytes }, 'a packet above the limit was left out'),
    );
    stream = opened;
    const will = { topic: topicOf('presence'), payload: presence('offline'), qos: 1, retain: false } as const;
    return new MqttClient(() => opened, { ...clientOptions(terms), will });
  }

  function connect(): void {
    let reason = 'closed';
    let attempt: MqttClient;
    // The broker holds a session to what was said at its beginning, whatever the link is later.
    const terms = keepaliveTerms();
    try {
      attempt = open(terms);
    } catch (error) {
      again(error instanceof Error ? error.message : String(error), false);
      return;
    }
    client = attempt;
    unanswered = 0;
    attempt.on('error', (error) => {
      reason = error.message || (error as NodeJS.ErrnoException).code || 'error';
      if (error.message === 'Keepalive timeout' && keepalive !== null) keepalive = fellSilent(keepalive);
      // A refusal or a broken packet leaves the socket open.
      attempt.end(true);
    });
    attempt.on('connect', () => {
      keepalive ??= freshKeepalive(terms);
      attempt.keepaliveManager?.setKeepalive(Math.min(keepalive.periodSeconds, terms.toSeconds));
      void subscribe(attempt);
    });
    attempt.on('packetreceive', ({ cmd }) => {
      if (cmd !== 'pingresp' || client !== attempt || keepalive === null) return;
      keepalive = answered(keepalive, terms);
      attempt.keepaliveManager?.setKeepalive(keepalive.periodSeconds);
    });
    attempt.on('message', (topic, payload) => {
      if (client === attempt && !isStopped) options.onMessage(topic, payload);
    });
    attempt.once('close', () => lost(attempt, reason));
  }

  function clientOptions(terms: KeepaliveTerms): IClientOptions {
    return {
      clientId: name,
      username: name,
      ...(identity.secret === undefined ? {} : { password: identity.secret }),
      clean: true,
      protocolVersion: 4,
      protocolId: 'MQTT',
      reconnectPeriod: 0,
      resubscribe: false,
      connectTimeout: tuning.connectTimeoutMs,
      // The longest period that may come; how often we ask is up to keepalive.ts.
      keepalive: terms.toSeconds,
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
    if (isHearingApps) askForApps(attempt);
    lastReason = '';
    backoff = cameUp(backoff, monotonicMs());
    counters.add('sessions');
    log.info({ broker: identity.mqttUrl }, 'connected to the control plane');
    publish('presence', presence('online'));
    options.onUp();
  }

  function askForApps(attempt: MqttClient): void {
    attempt.subscribe(appFilter(branch.tenant, branch.device), { qos: 1 }, (error, granted) => {
      if (client !== attempt || (!error && granted?.every(({ qos }) => qos !== 128))) return;
      counters.note('apps_refused', { broker: identity.mqttUrl }, 'the broker lets apps hear nothing of the fleet');
    });
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
    options.onWithout();
  }

  function publish(
    channel: UpChannel,
    payload: Uint8Array,
    { qos = 1, id }: { qos?: 0 | 1; id?: string } = {},
  ): boolean {
    return send(topicOf(channel, id), payload, qos);
  }

  function send(topic: string, payload: Uint8Array, qos: 0 | 1): boolean {
    const attempt = client;
    if (!attempt || !isUp) return false;
    if (qos === 1) unanswered += 1;
    attempt.publish(topic, payload as Buffer, { qos }, () => {
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
    hearApps(isWanted) {
      const attempt = client;
      const isNews = isWanted !== isHearingApps;
      isHearingApps = isWanted;
      if (!attempt || !isUp || !isNews) return;
      if (isWanted) askForApps(attempt);
      else attempt.unsubscribe(appFilter(branch.tenant, branch.device));
    },
    publishOut: (app, path, payload) =>
      send(buildAppTopic({ ...branch, app: app as AppName, way: 'out', path }), payload, 1),
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
