import type { UpChannel } from '@wherry/protocol';
import {
  type AppTopic,
  appFilter,
  DOWN_CHANNELS,
  downFilter,
  isUpChannel,
  type Outcome,
  parseAppTopic,
  parseTopic,
  refuse,
  succeed,
} from '@wherry/protocol';
import type { Identity } from './identity.ts';

/**
 * The rule of the wire: a device speaks on the up channels of its own branch and listens on the down channels of its own branch.
 * The same for messages, for last wills and for every adapter that can ask.
 */
export interface PublishRight {
  readonly channel: UpChannel;
  readonly id?: string;
}

export function mayPublish(identity: Identity, topicText: string): Outcome<PublishRight> {
  const parsed = parseTopic(topicText);
  if (!parsed.ok) return parsed;
  const { tenant, device, channel, id } = parsed.value;
  if (tenant !== identity.tenant || device !== identity.device)
    return refuse('forbidden', `${identity.name} may publish on its own branch only, not on ${topicText}`);
  if (!isUpChannel(channel)) return refuse('forbidden', `devices do not publish on ${channel}`);
  return succeed(id === undefined ? { channel } : { channel, id });
}

/** A message of one of its apps, for whoever listens to the fleet. Null: it is no such message, or not of this device. */
export function appMessageOf(identity: Identity, topicText: string): AppTopic | null {
  const parsed = parseAppTopic(topicText);
  if (!parsed.ok || parsed.value.way !== 'out') return null;
  const { tenant, device } = parsed.value;
  return tenant === identity.tenant && device === identity.device ? parsed.value : null;
}

/** Only the exact filters of downFilter and appFilter: a wildcard wider than that could name another device. */
export function maySubscribe(identity: Identity, filter: string): boolean {
  if (filter === appFilter(identity.tenant, identity.device)) return true;
  return DOWN_CHANNELS.some((channel) => downFilter(identity.tenant, identity.device, channel) === filter);
}
