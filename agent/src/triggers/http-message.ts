import type { IncomingMessage, ServerResponse } from 'node:http';
import { LIMITS } from '@wherry/protocol';
import type { HttpAnswer } from '../runtimes/port.ts';

/** Requests and answers between the socket and what guests know. */
export function flatten(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return headers;
}

/** Null when it is too long; the rest is not read then. */
export async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  if (Number(request.headers['content-length'] ?? 0) > LIMITS.httpBodyBytes) return null;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > LIMITS.httpBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** HEAD gets the headers that GET would (RFC 9110, 9.3.2). */
export function writeAnswer(response: ServerResponse, answer: HttpAnswer, isHead: boolean): void {
  if (response.destroyed) return;
  const hasBody = answer.status !== 204 && answer.status !== 304;
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(hasBody ? { 'content-length': String(answer.body.length) } : {}),
  });
  response.end(hasBody && !isHead ? answer.body : undefined);
}
