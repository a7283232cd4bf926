import type { UsagePoint } from '@wherry/protocol';

/** A chart's columns: x in seconds, and null where the device said nothing, so that no line is drawn over a gap. */
export interface Columns {
  readonly xs: readonly number[];
  readonly ys: readonly (readonly (number | null)[])[];
}

export type Pick = (point: UsagePoint) => number | null;

/** More than this many resolutions without a point is a gap. */
const GAP_RESOLUTIONS = 2.5;

export function columnsOf(points: readonly UsagePoint[], resolutionMs: number, picks: readonly Pick[]): Columns {
  const xs: number[] = [];
  const ys: (number | null)[][] = picks.map(() => []);
  let endMs: number | null = null;
  for (const point of points) {
    if (endMs !== null && point.fromMs - endMs > resolutionMs * GAP_RESOLUTIONS) {
      xs.push((endMs + point.fromMs) / 2_000);
      for (const column of ys) column.push(null);
    }
    xs.push(point.toMs / 1_000);
    for (const [index, pick] of picks.entries()) ys[index]?.push(pick(point));
    endMs = point.toMs;
  }
  return { xs, ys };
}

/** Newest and highest of a column: what a chart says in words. */
export function summaryOf(
  column: readonly (number | null)[],
): { readonly newest: number; readonly highest: number } | null {
  const known = column.filter((value) => value !== null);
  const newest = known.at(-1);
  if (newest === undefined) return null;
  return { newest, highest: known.reduce((a, b) => Math.max(a, b)) };
}
