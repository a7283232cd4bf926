import {
  type CommandResult,
  type Envelope,
  envelope,
  type LogBatch,
  logBatch,
  type Outcome,
  type Presence,
  presence,
  refuse,
  result,
  type SignedUsage,
  signedUsage,
  succeed,
} from '@wherry/protocol';
import type { z } from 'zod';
import { parseMessage } from '../app/reports/parse-message.ts';
import type { IncomingMessage } from '../broker/port.ts';

/** From bytes of a device to a value of the protocol, whole or not at all. Code: invalid_message. */
export type Decoded =
  | { readonly kind: 'report'; readonly envelope: Envelope }
  | { readonly kind: 'usage'; readonly batch: SignedUsage }
  | { readonly kind: 'log'; readonly batch: LogBatch }
  | { readonly kind: 'presence'; readonly presence: Presence }
  | { readonly kind: 'result'; readonly id: string; readonly result: CommandResult };

const decoder = new TextDecoder('utf-8', { fatal: true });

export function decodeMessage(message: Pick<IncomingMessage, 'channel' | 'id' | 'payload'>): Outcome<Decoded> {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(message.payload));
  } catch {
    return refuse('invalid_message', `the ${message.channel} message is not JSON in UTF-8`);
  }
  switch (message.channel) {
    case 'report':
      return check(envelope, value, message.channel, (sealed) => ({ kind: 'report', envelope: sealed }));
    case 'usage':
      return check(signedUsage, value, message.channel, (batch) => ({ kind: 'usage', batch }));
    case 'log':
      return check(logBatch, value, message.channel, (batch) => ({ kind: 'log', batch }));
    case 'presence':
      return check(presence, value, message.channel, (birth) => ({ kind: 'presence', presence: birth }));
    case 'result':
      return check(result, value, message.channel, (answer) => ({
        kind: 'result',
        id: message.id ?? '',
        result: answer,
      }));
  }
}

function check<T extends z.ZodType>(
  schema: T,
  value: unknown,
  channel: string,
  made: (value: z.output<T>) => Decoded,
): Outcome<Decoded> {
  const parsed = parseMessage(schema, value, `${channel} message`);
  return parsed.ok ? succeed(made(parsed.value)) : parsed;
}
