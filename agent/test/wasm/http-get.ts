import type { TriggerEvent } from '../../src/runtimes/port.ts';

/** A request without anything in it but its path. */
export function httpGet(path: string): TriggerEvent & { readonly on: 'http' } {
  return { on: 'http', method: 'GET', path, query: '', headers: {}, body: new Uint8Array(0) };
}
