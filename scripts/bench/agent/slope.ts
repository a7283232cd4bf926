/**
 * The slope of the least-squares line through a series, and how far off it may be (95 %). A memory's readings lean on the ones before
 * them, which would make the line look surer than it is: so it is laid through the means of ten equal blocks.
 */
export interface Slope {
  readonly perUnit: number;
  readonly errorPerUnit: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

const BLOCKS = 10;
/** Student's t for 95 % on both sides and eight degrees of freedom. */
const T_95 = 2.306;

export function slopeOf(points: readonly Point[]): Slope {
  const size = Math.floor(points.length / BLOCKS);
  if (size === 0) throw new Error(`a slope needs at least ${BLOCKS} readings, there are ${points.length}`);
  const blocks = Array.from({ length: BLOCKS }, (_, at) => centre(points.slice(at * size, (at + 1) * size)));
  const middle = centre(blocks);
  const spread = blocks.reduce((sum, { x }) => sum + (x - middle.x) ** 2, 0);
  const perUnit = blocks.reduce((sum, { x, y }) => sum + (x - middle.x) * (y - middle.y), 0) / spread;
  const left = blocks.reduce((sum, { x, y }) => sum + (y - middle.y - perUnit * (x - middle.x)) ** 2, 0);
  return { perUnit, errorPerUnit: T_95 * Math.sqrt(left / (BLOCKS - 2) / spread) };
}

function centre(points: readonly Point[]): Point {
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  return { x: mean(({ x }) => x), y: mean(({ y }) => y) };
}
