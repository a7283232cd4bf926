import { type HttpAnswer, HttpError } from './http-message.ts';

/** The body of an answer as text; null when it is longer than `maxBytes`, which is then cut off rather than read. */
export async function readBounded({ headers, body }: HttpAnswer, maxBytes: number): Promise<string | null> {
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity') throw new HttpError(`the answer came as ${encoding}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    // Leaving the loop ends the connection.
    if (length > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
