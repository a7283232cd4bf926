import { type Envelope, envelope } from '@wherry/protocol';

/** Null for what is not an envelope. */
export function parseEnvelope(text: string): Envelope | null {
  try {
    const parsed = envelope.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
