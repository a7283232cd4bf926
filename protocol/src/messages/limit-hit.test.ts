import { expect, it } from 'vitest';
import {
  addCounts,
  countsSince,
  describeLimitHit,
  LIMIT_NAMES,
  type LimitHit,
  type LimitName,
  limitHit,
} from './limit-hit.ts';

const HITS: Record<LimitName, LimitHit> = {
  memory: { limit: 'memory', limitBytes: 16_777_216, usedBytes: 16_711_680 },
  disk: { limit: 'disk', limitBytes: 4096, usedBytes: 8192 },
  wall: { limit: 'wall', limitMs: 2_000, usedMs: 2_003.4 },
  cpu_time: { limit: 'cpu_time', limitMs: 100, usedMs: 120 },
  cpu_share: { limit: 'cpu_share', limitShare: 0.2, throttledMs: 800 },
  fuel: { limit: 'fuel', limitFuel: 1_000, usedFuel: 1_007 },
  stack: { limit: 'stack' },
  host_calls: { limit: 'host_calls', limitPerSecond: 100, heldBack: 7 },
  log_lines: { limit: 'log_lines', limitPerSecond: 50, heldBack: 900 },
  open_files: { limit: 'open_files', limitCount: 128 },
};

it.each(LIMIT_NAMES)('%s travels and is told with every figure it has', (name) => {
  const hit = HITS[name];
  expect(limitHit.parse(JSON.parse(JSON.stringify(hit)))).toEqual(hit);
  const told = describeLimitHit(hit);
  for (const [key, value] of Object.entries(hit)) {
    if (typeof value !== 'number') continue;
    const shown = key.endsWith('Share') ? String(value * 100) : String(Math.round(value));
    expect(told.includes(shown) || key.endsWith('Bytes')).toBe(true);
  }
});

it('takes no figure of another limit', () => {
  expect(limitHit.safeParse({ limit: 'wall', limitBytes: 1, usedBytes: 2 }).success).toBe(false);
  expect(limitHit.safeParse({ limit: 'memory', limitBytes: 1, usedBytes: -2 }).success).toBe(false);
});

it('adds up counts, and takes apart what was added', () => {
  const [before, more] = [
    { fuel: 2, wall: 1 },
    { fuel: 3, stack: 1 },
  ];
  const sum = addCounts(before, more);
  expect(sum).toEqual({ fuel: 5, wall: 1, stack: 1 });
  expect(countsSince(before, sum)).toEqual(more);
  expect(countsSince(sum, sum)).toEqual({});
});
