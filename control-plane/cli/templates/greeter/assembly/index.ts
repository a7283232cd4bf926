import { kv, queryValue, respond } from '@wherry/guest-sdk/assembly';

/** Greets whoever asks over HTTP, and counts. */
export function onHttp(method: string, path: string, query: string, body: ArrayBuffer): ArrayBuffer {
  const name = queryValue(query, 'name');
  const count = kv.get('count');
  const next = (count === null ? 0 : I32.parseInt(count)) + 1;
  kv.set('count', next.toString());
  return respond(200, 'hello, ' + (name === null ? 'stranger' : name) + ', visitor ' + next.toString() + '\n');
}
