import { isIP } from 'node:net';

/** Addresses as URLs write them, and what they mean for who can reach them. */
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** RFC 3986, 3.2.2: an IPv6 address stands in brackets. */
export function listenUrl(scheme: 'http' | 'https' | 'mqtt' | 'mqtts', host: string, port: number): string {
  return `${scheme}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** True when the address means "every address of this machine", which nobody can connect to. */
export function isWildcard(host: string): boolean {
  return WILDCARDS.has(host);
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** The URL for a device that reached HTTP under `requestUrl`: the same machine, where the address says only "here". */
export function reachableUrl(url: string, requestUrl: string): string {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  if (!isWildcard(host)) return url;
  return `${target.protocol}//${new URL(requestUrl).hostname}:${target.port}`;
}
