/**
 * One byte range of a representation. Source: RFC 9110, 14. A header that is malformed or of another unit is ignored, as is a list of
 * ranges: the whole is sent, which the RFC allows.
 */
export type RangeAnswer =
  | { readonly kind: 'whole' }
  /** `end` is exclusive. */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' };

export function readRange(header: string | undefined, sizeBytes: number): RangeAnswer {
  const match = header?.match(/^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i);
  if (!match) return { kind: 'whole' };
  const [, first = '', last = ''] = match;
  if (first === '') {
    if (last === '') return { kind: 'whole' };
    const suffix = Math.min(Number(last), sizeBytes);
    return suffix === 0 ? { kind: 'unsatisfiable' } : { kind: 'part', start: sizeBytes - suffix, end: sizeBytes };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return { kind: 'whole' };
  if (start >= sizeBytes) return { kind: 'unsatisfiable' };
  return { kind: 'part', start, end: last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) };
}

/** RFC 9110, 13.1.5: a range is answered only if the tag is still the one that the reader knows; a date never matches a digest. */
export function isRangeCurrent(ifRange: string | undefined, etag: string): boolean {
  return ifRange === undefined || ifRange === etag;
}

/** RFC 9110, 13.1.2: weak comparison with a list of tags, or `*`. */
export function isTagKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const strip = (tag: string) => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((tag) => strip(tag) === strip(etag));
}
