import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { z } from 'zod';

/** What a device sent, as a value of the protocol, whole or not at all; `what` names it. Code: invalid_message, at its first place. */
export function parseMessage<T extends z.ZodType>(schema: T, value: unknown, what: string): Outcome<z.output<T>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return succeed(parsed.data);
  const [issue] = parsed.error.issues;
  const path = `/${issue?.path.map(String).join('/') ?? ''}`;
  return refuse('invalid_message', `the ${what} does not fit its schema: ${issue?.message ?? 'invalid'}`, { path });
}
