import { z } from 'zod';
import { formatBytes } from '../quantities.ts';

/**
 * Which limit a program hit, and how far it went: what was allowed and what it used or wanted when it was stopped, slowed down or
 * refused. Travels in a workload's status with the failure that it caused, and as the words of a `limit_hit` event.
 */
export const LIMIT_NAMES = [
  'memory',
  'wall',
  'cpu_time',
  'cpu_share',
  'fuel',
  'stack',
  'host_calls',
  'log_lines',
  'open_files',
  'disk',
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

const figure = z.number().min(0);

export const limitHit = z.discriminatedUnion('limit', [
  z.strictObject({ limit: z.enum(['memory', 'disk']), limitBytes: figure, usedBytes: figure }),
  z.strictObject({ limit: z.enum(['wall', 'cpu_time']), limitMs: figure, usedMs: figure }),
  /** The program was paused, not ended: `throttledMs` in all since it was started. */
  z.strictObject({ limit: z.literal('cpu_share'), limitShare: figure, throttledMs: figure }),
  z.strictObject({ limit: z.literal('fuel'), limitFuel: figure, usedFuel: figure }),
  /** V8 says that its stack is full, and no more. */
  z.strictObject({ limit: z.literal('stack') }),
  /** Calls that waited, or lines that were left out, since the program was started. */
  z.strictObject({ limit: z.enum(['host_calls', 'log_lines']), limitPerSecond: figure, heldBack: figure }),
  /** An open that was refused. */
  z.strictObject({ limit: z.literal('open_files'), limitCount: figure }),
]);
export type LimitHit = z.infer<typeof limitHit>;

/** How often each limit was hit; limits that were not are left out. */
export const limitCounts = z.partialRecord(z.enum(LIMIT_NAMES), z.int().min(0));
export type LimitCounts = z.infer<typeof limitCounts>;

export function addCounts(a: LimitCounts, b: LimitCounts): LimitCounts {
  return mapCounts(a, b, (one, other) => one + other);
}

/** What was added to `before`; limits that were not hit since are left out. */
export function countsSince(before: LimitCounts, now: LimitCounts): LimitCounts {
  return mapCounts(now, before, (count, base) => Math.max(0, count - base));
}

function mapCounts(a: LimitCounts, b: LimitCounts, combine: (a: number, b: number) => number): LimitCounts {
  const counts: LimitCounts = {};
  for (const name of LIMIT_NAMES) {
    const count = combine(a[name] ?? 0, b[name] ?? 0);
    if (count > 0) counts[name] = count;
  }
  return counts;
}

/** One sentence for people, with both figures. */
export function describeLimitHit(hit: LimitHit): string {
  switch (hit.limit) {
    case 'memory':
      return `memory: ${formatBytes(hit.usedBytes)} in use of ${formatBytes(hit.limitBytes)} allowed`;
    case 'disk':
      return `data folder: ${formatBytes(hit.usedBytes)} wanted of ${formatBytes(hit.limitBytes)} allowed`;
    case 'wall':
      return `wall time of a call: ended after ${Math.round(hit.usedMs)} ms of ${hit.limitMs} ms allowed`;
    case 'cpu_time':
      return `CPU time of a call: ended after ${Math.round(hit.usedMs)} ms of ${hit.limitMs} ms allowed`;
    case 'cpu_share':
      return `CPU share: paused for ${Math.round(hit.throttledMs)} ms in all to stay within ${Number((hit.limitShare * 100).toFixed(2))}% of a core`;
    case 'fuel':
      return `fuel of a call: ended after ${hit.usedFuel} of ${hit.limitFuel} allowed`;
    case 'stack':
      return 'stack: a chain of calls was too deep';
    case 'host_calls':
      return `host calls: ${hit.heldBack} held back in all to stay within ${hit.limitPerSecond} a second`;
    case 'log_lines':
      return `log lines: ${hit.heldBack} left out in all above ${hit.limitPerSecond} a second`;
    case 'open_files':
      return `open files: one more than ${hit.limitCount} was refused`;
  }
}
