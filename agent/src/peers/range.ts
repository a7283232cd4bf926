/** What a request asks of a blob; `end` is exclusive. Only `bytes=N-` and `bytes=N-M` are ranges here; null: beyond the end. */
export interface Range {
  readonly isWhole: boolean;
  readonly start: number;
  readonly end: number;
}

export function readRange(header: string | undefined, sizeBytes: number): Range | null {
  const whole = { isWhole: true, start: 0, end: sizeBytes };
  const [, first, last] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === undefined) return whole;
  const start = Number(first);
  if (start >= sizeBytes) return null;
  const end = last ? Math.min(Number(last) + 1, sizeBytes) : sizeBytes;
  return end <= start ? whole : { isWhole: false, start, end };
}
