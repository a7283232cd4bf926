import type { z } from 'zod';
import { refused } from '../failure.ts';
import { jsonOf } from '../json-of.ts';

/** A JSON document out of a registry, which anybody may have put there. Code: invalid_manifest, with the message. */
export function readDocument<S extends z.ZodType>(bytes: Buffer, schema: S, message: string): z.infer<S> {
  const parsed = schema.safeParse(jsonOf(bytes));
  if (!parsed.success) throw refused('invalid_manifest', message);
  return parsed.data;
}
