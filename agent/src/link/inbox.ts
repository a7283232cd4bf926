import {
  type Ack,
  type DownChannel,
  detachedBytes,
  type Envelope,
  envelope,
  fromBase64,
  isDownChannel,
  LIMITS,
  PAYLOAD_TYPES,
  parseAppTopic,
  parseTopic,
  type SignedAck,
  type SignedCommand,
  signedAck,
  signedCommand,
} from '@wherry/protocol';
import type { z } from 'zod';
import type { Counters } from '../logs/counters.ts';
import { type TokenBucket, takeToken } from '../logs/token-bucket.ts';
import type { Order } from './commands.ts';
import type { Identity } from './port.ts';

/**
 * The edge where messages of the broker become values. Whatever is not exactly right, or not signed by the director where it must be,
 * is counted and left out.
 */
export interface InboxHandlers {
  /** Its signatures are the shell's to verify. */
  desired(document: Envelope): void;
  ack(message: Ack): void;
  command(id: string, order: Order): void;
  appMessage(app: string, path: string, payload: Uint8Array): void;
  /** Somebody speaks on this channel who is not the director. */
  forged(channel: 'ack' | 'command'): void;
}

export interface InboxOptions {
  readonly identity: Identity;
  readonly counters: Counters;
  readonly handlers: InboxHandlers;
  readonly isDirectors: IsDirectors;
  readonly monotonicMs: () => number;
}

/** Is this a signature of the director over these bytes? */
export type IsDirectors = (message: Uint8Array, signature: Uint8Array) => boolean;

/** Acknowledgements and commands are a few hundred bytes. */
const SMALL_BYTES = 8 * 1024;
export const DESIRED_BYTES = LIMITS.desiredBytes * 2;

/**
 * What a broker may send: more is dropped, which is safe for all three. Acknowledgements and desired states come again, and
 * a command without a result is sent again by whoever wants it.
 */
const RATES: Readonly<Record<DownChannel, { readonly burst: number; readonly perSecond: number }>> = {
  ack: { burst: 512, perSecond: 128 },
  desired: { burst: 32, perSecond: 4 },
  command: { burst: 64, perSecond: 8 },
};

export function createInbox({ identity, counters, handlers, isDirectors, monotonicMs }: InboxOptions) {
  const buckets = new Map<DownChannel, TokenBucket>();

  function hasRate(channel: DownChannel): boolean {
    const { burst, perSecond } = RATES[channel];
    const taken = takeToken(buckets.get(channel), monotonicMs(), burst, perSecond);
    if (taken) buckets.set(channel, taken);
    else counters.note(`${channel}_rate_dropped`, { perSecond }, `too many messages on ${channel}`);
    return taken !== null;
  }

  const decode = <T>(schema: z.ZodType<T>, channel: string, payload: Uint8Array, maxBytes: number): T | null => {
    const text = payload.length <= maxBytes ? Buffer.from(payload).toString('utf8') : null;
    const parsed = text === null ? null : schema.safeParse(parseJson(text));
    if (parsed?.success) return parsed.data;
    const why = parsed?.error.issues[0];
    counters.note(
      `${channel}_malformed`,
      { bytes: payload.length, at: why?.path.join('.'), problem: why?.message ?? `more than ${maxBytes} bytes` },
      `a message on ${channel} was not understood`,
    );
    return null;
  };

  function isSigned(channel: 'ack' | 'command', content: object, sig: string): boolean {
    if (isDirectors(detachedBytes(channel, identity, content), fromBase64(sig))) return true;
    counters.note(
      `${channel}_forged`,
      content,
      `a message on ${channel} was not signed by the director for this device`,
    );
    handlers.forged(channel);
    return false;
  }

  function takeAck({ sig, ...message }: SignedAck): void {
    if (isSigned('ack', message, sig)) handlers.ack(message);
  }

  function takeCommand(id: string, { sig, ...order }: SignedCommand): void {
    if (isSigned('command', { id, ...order }, sig)) handlers.command(id, order);
  }

  const isOwn = ({ tenant, device }: { readonly tenant: string; readonly device: string }) =>
    tenant === identity.tenant && device === identity.device;

  return function receive(topicText: string, payload: Uint8Array): void {
    const toApp = parseAppTopic(topicText);
    if (toApp.ok && isOwn(toApp.value) && toApp.value.way === 'in') {
      handlers.appMessage(toApp.value.app, toApp.value.path, payload);
      return;
    }
    const topic = parseTopic(topicText);
    if (!topic.ok || !isOwn(topic.value)) {
      counters.note('topic_foreign', { topic: topicText.slice(0, 256) }, 'a message on a topic that is not ours');
      return;
    }
    const { channel, id } = topic.value;
    if (isDownChannel(channel) && !hasRate(channel)) return;
    if (channel === 'desired') {
      const document = decode(desiredEnvelope, channel, payload, DESIRED_BYTES);
      if (document) handlers.desired(document);
    } else if (channel === 'ack') {
      const message = decode(signedAck, channel, payload, SMALL_BYTES);
      if (message) takeAck(message);
    } else if (channel === 'command' && id !== undefined) {
      const message = decode(signedCommand, channel, payload, SMALL_BYTES);
      if (message) takeCommand(id, message);
    } else {
      counters.note('topic_foreign', { topic: topicText }, 'a message on a channel that goes the other way');
    }
  };
}

/** Has the shape of a signed desired state; its signatures are the shell's to verify. */
export const desiredEnvelope = envelope.refine((document) => document.payloadType === PAYLOAD_TYPES.desired, {
  message: `the envelope does not hold ${PAYLOAD_TYPES.desired}`,
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
