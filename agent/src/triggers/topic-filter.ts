/**
 * MQTT topic names and filters. Source: MQTT 3.1.1, 4.7: `+` stands for one level, a last `#` for any number of levels, the parent
 * included; a filter that begins with a wildcard does not match a topic that begins with `$`.
 */
const NAME_BYTES = 256;

/** A name that may be published to: no wildcards, no control characters, not `$…`, no empty level. */
export function isTopicName(topic: string): boolean {
  return (
    topic.length > 0 &&
    Buffer.byteLength(topic) <= NAME_BYTES &&
    !/[+#\p{Cc}]/u.test(topic) &&
    !topic.startsWith('$') &&
    topic.split('/').every((level) => level !== '')
  );
}

export function matchesTopic(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const levels = topic.split('/');
  const parts = filter.split('/');
  for (const [at, part] of parts.entries()) {
    if (part === '#') return true;
    const level = levels[at];
    if (level === undefined || (part !== '+' && part !== level)) return false;
  }
  return parts.length === levels.length;
}

/** True when some topic matches both filters. */
function overlaps(a: readonly string[], b: readonly string[]): boolean {
  const [x, ...restA] = a;
  const [y, ...restB] = b;
  if (x === '#' || y === '#') return true;
  if (x === undefined || y === undefined) return x === y || isParentWildcard(a) || isParentWildcard(b);
  return (x === y || x === '+' || y === '+') && overlaps(restA, restB);
}

function isParentWildcard(parts: readonly string[]): boolean {
  return parts.length === 1 && parts[0] === '#';
}

/** The narrowest filter, level by level, that matches all that either of two overlapping filters does. */
function join(a: readonly string[], b: readonly string[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [x, y] = [a[at], b[at]];
    if (x === '#' || y === '#' || x === undefined || y === undefined) return [...joined, '#'];
    joined.push(x === y ? x : '+');
  }
  return joined;
}

/**
 * Filters that match at least what the given ones do, and no topic twice. A broker may deliver a message once per matching
 * subscription (MQTT 3.1.1, 3.3.5), so a session must not hold two that overlap.
 */
export function disjointCover(filters: readonly string[]): string[] {
  let cover: string[][] = [];
  for (const filter of new Set(filters)) {
    let merged = filter.split('/');
    for (let other = findOverlap(cover, merged); other; other = findOverlap(cover, merged)) {
      const found = other;
      cover = cover.filter((parts) => parts !== found);
      merged = join(merged, found);
    }
    cover.push(merged);
  }
  return cover.map((parts) => parts.join('/')).sort();
}

function findOverlap(cover: readonly string[][], parts: readonly string[]): string[] | undefined {
  return cover.find((other) => overlaps(other, parts));
}
