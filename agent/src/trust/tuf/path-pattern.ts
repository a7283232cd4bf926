/**
 * PATHPATTERN of TUF 1.0 §4.5: segments between slashes, in which `*` stands for any characters and `?` for one; neither for a slash.
 * Nothing else has a meaning: a pattern is written by a delegator, and is matched without going back further than its last star.
 */
export function matchesPattern(pattern: string, path: string): boolean {
  const patterns = pattern.split('/');
  const segments = path.split('/');
  return patterns.length === segments.length && patterns.every((each, at) => matchesSegment(each, segments[at] ?? ''));
}

/** Greedy with one point to go back to: the last `*`. */
function matchesSegment(pattern: string, segment: string): boolean {
  let at = 0;
  let here = 0;
  let star = -1;
  let starHere = 0;
  while (here < segment.length) {
    if (pattern[at] === '*') {
      star = at;
      starHere = here;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === segment[here])) {
      at += 1;
      here += 1;
    } else if (star >= 0) {
      starHere += 1;
      here = starHere;
      at = star + 1;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
