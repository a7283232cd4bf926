import { isLoopback } from './listen-url.ts';
import type { Flags } from './read-flags.ts';

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/**
 * Where the server listens. Told nothing, it listens with TLS for everybody and plainly for this machine; told of one listener of a
 * kind, there is no other of that kind. A plain one beyond this machine shows secrets to whoever is on the way: only if it is wanted.
 */
export interface Listens {
  readonly http: Listen | null;
  readonly https: Listen | null;
  readonly mqtt: Listen | null;
  readonly mqtts: Listen | null;
}

export function readListens(flags: Flags, problems: string[]): Listens {
  const isOpen = flags.insecurePlain === 'true';
  const plain = (flag: string, text: string | undefined) => {
    const listen = text === undefined ? null : readListen(flag, text, problems);
    if (listen && !isOpen && !isLoopback(listen.host)) problems.push(insecure(flag, text));
    return listen;
  };
  const secured = (flag: string, text: string | undefined) =>
    text === undefined ? null : readListen(flag, text, problems);
  const isHttpTold = flags.http !== undefined || flags.https !== undefined;
  const isMqttTold = flags.mqtt !== undefined || flags.mqtts !== undefined || flags.broker !== undefined;
  return {
    http: plain('--http', isHttpTold ? flags.http : '127.0.0.1:8080'),
    https: secured('--https', isHttpTold ? flags.https : '0.0.0.0:8443'),
    mqtt: plain('--mqtt', isMqttTold ? flags.mqtt : '127.0.0.1:1883'),
    mqtts: secured('--mqtts', isMqttTold ? flags.mqtts : '0.0.0.0:8883'),
  };
}

function insecure(flag: string, text: string | undefined): string {
  return `insecure_listener: ${flag} ${text} is plain and beyond this machine: listen there with ${flag}s, or say --insecure-plain if the network between is trusted.`;
}

/** `HOST:PORT`; an IPv6 host stands in brackets. */
export function readListen(flag: string, text: string, problems: string[]): Listen | null {
  const match = text.match(/^(?:\[([0-9a-f:]+)\]|([^:[\]\s]+)):(\d{1,5})$/i);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host !== undefined && port <= 65_535) return { host, port };
  problems.push(`${flag} ${text} is not HOST:PORT, for example 127.0.0.1:8080.`);
  return null;
}
