import { createHash } from 'node:crypto';
import { type ErrorCode, type Outcome, refuse, succeed } from '@wherry/protocol';
import type { z } from 'zod';

/** `sha256:…` of bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Bytes whose signature holds, as a document. What was signed is still checked: a signer can be wrong, or newer than this agent. */
export function readPayload<T>(payload: Uint8Array, schema: z.ZodType<T>, what: string, code: ErrorCode): Outcome<T> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return refuse(code, `the ${what} is not JSON in UTF-8`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return succeed(parsed.data);
  const issue = parsed.error.issues[0];
  return refuse(code, `the ${what} is not as agreed: ${issue?.path.join('.') || 'document'}: ${issue?.message}`);
}
