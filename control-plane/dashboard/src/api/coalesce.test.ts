import { beforeEach, expect, test } from 'vitest';
import { COALESCE_MS, type Coalescer, coalesce } from './coalesce.ts';
import type { Key } from './keys.ts';

let nowMs = 0;
let due: { atMs: number; run: () => void } | undefined;
let rounds: { atMs: number; keys: readonly Key[] }[] = [];
let coalescer: Coalescer;

beforeEach(() => {
  nowMs = 10_000;
  due = undefined;
  rounds = [];
  coalescer = coalesce((keys) => rounds.push({ atMs: nowMs, keys }), {
    nowMs: () => nowMs,
    after: (delayMs, run) => {
      expect(due).toBeUndefined();
      due = { atMs: nowMs + delayMs, run };
      return () => {
        due = undefined;
      };
    },
  });
});

function passTo(atMs: number): void {
  while (due && due.atMs <= atMs) {
    const { run } = due;
    nowMs = due.atMs;
    due = undefined;
    run();
  }
  nowMs = atMs;
}

test('the first change of a quiet time goes out soon', () => {
  coalescer.add([['devices']]);
  passTo(nowMs + COALESCE_MS.first);
  expect(rounds).toEqual([{ atMs: 10_000 + COALESCE_MS.first, keys: [['devices']] }]);
});

test('a storm costs one round a second, with each key once', () => {
  for (let step = 0; step < 1_000; step += 1) {
    coalescer.add([['devices'], ['device', `pi-${step % 3}`, 'itself']]);
    passTo(nowMs + 5);
  }
  expect(rounds.length).toBeLessThanOrEqual(6);
  expect(rounds.length).toBeGreaterThanOrEqual(5);
  for (const { keys } of rounds) expect(keys.length).toBeLessThanOrEqual(4);
});

test('what was added last is always told', () => {
  coalescer.add([['devices']]);
  passTo(nowMs + COALESCE_MS.first);
  coalescer.add([['rollouts']]);
  passTo(nowMs + COALESCE_MS.every);
  expect(rounds.at(-1)?.keys).toEqual([['rollouts']]);
});

test('nothing is told after the end, nor of nothing', () => {
  coalescer.add([]);
  expect(due).toBeUndefined();
  coalescer.add([['devices']]);
  coalescer.stop();
  passTo(nowMs + 60_000);
  expect(rounds).toEqual([]);
});
