import type { Outcome } from './errors.ts';
import { refuse, succeed } from './errors.ts';
import { type DeviceId, NAME_PATTERN, type TenantId } from './names.ts';

/** The only place that builds or parses an MQTT topic of ours: `wherry/v1/{tenant}/{device}/{channel}[/{id}]`. */
export const TOPIC_ROOT = 'wherry/v1';

export const UP_CHANNELS = ['report', 'usage', 'log', 'presence', 'result'] as const;
export const DOWN_CHANNELS = ['desired', 'ack', 'command'] as const;
export type UpChannel = (typeof UP_CHANNELS)[number];
export type DownChannel = (typeof DOWN_CHANNELS)[number];
export type Channel = UpChannel | DownChannel;

/** Channels whose last level is an id. */
const WITH_ID: ReadonlySet<string> = new Set(['command', 'result']);

export interface Topic {
  readonly tenant: TenantId;
  readonly device: DeviceId;
  readonly channel: Channel;
  /** Present exactly for `command` and `result`. */
  readonly id?: string;
}

export function buildTopic(topic: Topic): string {
  const base = `${TOPIC_ROOT}/${topic.tenant}/${topic.device}/${topic.channel}`;
  return topic.id === undefined ? base : `${base}/${topic.id}`;
}

export function parseTopic(text: string): Outcome<Topic> {
  const [root, versionLevel, tenant, device, channel, id, ...rest] = text.split('/');
  if (`${root}/${versionLevel}` !== TOPIC_ROOT) return refuse('invalid_topic', `topic must begin with ${TOPIC_ROOT}/`);
  if (!tenant || !NAME_PATTERN.test(tenant) || !device || !NAME_PATTERN.test(device))
    return refuse('invalid_topic', 'tenant and device levels must be names');
  if (!channel || !isChannel(channel)) return refuse('invalid_topic', `unknown channel ${JSON.stringify(channel)}`);
  if (rest.length > 0 || WITH_ID.has(channel) !== (id !== undefined) || (id !== undefined && !NAME_PATTERN.test(id)))
    return refuse('invalid_topic', `wrong number of levels, or a bad id, after ${channel}`);
  const topic = { tenant: tenant as TenantId, device: device as DeviceId, channel };
  return succeed(id === undefined ? topic : { ...topic, id });
}

/** The filter that a device subscribes to for one channel of its own branch. */
export function downFilter(tenant: TenantId, device: DeviceId, channel: DownChannel): string {
  const base = `${TOPIC_ROOT}/${tenant}/${device}/${channel}`;
  return WITH_ID.has(channel) ? `${base}/+` : base;
}

/** One channel of all devices: what a control plane subscribes to, and what it may publish on. */
export function fleetFilter(channel: Channel): string {
  const base = `${TOPIC_ROOT}/+/+/${channel}`;
  return WITH_ID.has(channel) ? `${base}/+` : base;
}

export function isUpChannel(channel: string): channel is UpChannel {
  return (UP_CHANNELS as readonly string[]).includes(channel);
}

export function isDownChannel(channel: string): channel is DownChannel {
  return (DOWN_CHANNELS as readonly string[]).includes(channel);
}

function isChannel(channel: string): channel is Channel {
  return isUpChannel(channel) || isDownChannel(channel);
}
