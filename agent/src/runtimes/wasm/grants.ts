import { type Capabilities, isAppPath } from '@wherry/protocol';

/** What a release's capabilities allow, decided in the agent for each call: the runner's word counts for nothing. */
/** Topics of an app's own branch of the control plane's broker. */
const FLEET_PREFIX = '$fleet/';
const TOPIC = /^[^+#/$\p{Cc}][^+#/\p{Cc}]*(\/[^+#/\p{Cc}]+)*$/u;

export function mayPublish(capabilities: Capabilities, topic: string): boolean {
  if (topic.startsWith(FLEET_PREFIX)) {
    const path = topic.slice(FLEET_PREFIX.length);
    return isAppPath(path) && (capabilities.mqtt?.fleet ?? []).some((filter) => filterMatches(filter, path));
  }
  return TOPIC.test(topic) && (capabilities.mqtt?.publish ?? []).some((filter) => filterMatches(filter, topic));
}

/** MQTT 3.1.1, section 4.7: `+` is one level, `#` the rest, including none. */
export function filterMatches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [index, part] of wanted.entries()) {
    if (part === '#') return true;
    if (index >= levels.length || (part !== '+' && part !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

/** The grant that covers a URL: same scheme, host and port, and a path at or below the granted one. */
export function findHttpGrant(capabilities: Capabilities, url: URL): URL | null {
  if (url.username !== '' || url.password !== '') return null;
  for (const text of capabilities.http?.allow ?? []) {
    const grant = new URL(text);
    if (grant.origin === url.origin && isAtOrBelow(url.pathname, grant.pathname)) return grant;
  }
  return null;
}

function isAtOrBelow(path: string, base: string): boolean {
  // %2f and %5c are separators to some servers: a path that has them may climb where we cannot see it.
  if (/%2f|%5c|%2e/i.test(path)) return base === '/';
  return path === base || path.startsWith(base.endsWith('/') ? base : `${base}/`);
}
