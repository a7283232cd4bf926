import { expect, test } from 'vitest';
import { createNearby } from './nearby.ts';

const MINUTE_MS = 60_000;

test('neighbours are asked at once, and again after a while that doubles to a quarter of an hour', () => {
  let nowMs = 7;
  const nearby = createNearby(['a neighbour'], () => nowMs);
  expect(nearby.mayHave('a')).toBe(true);
  for (const minutes of [1, 2, 4, 8, 15, 15]) {
    nearby.noteNone('a', false);
    nowMs += minutes * MINUTE_MS - 1;
    expect([minutes, nearby.mayHave('a'), nearby.mayHave('b')]).toEqual([minutes, false, true]);
    nowMs += 1;
    expect([minutes, nearby.mayHave('a')]).toEqual([minutes, true]);
  }
});

test('where something came the rest is asked for soon', () => {
  let nowMs = 0;
  const nearby = createNearby(['a neighbour'], () => nowMs);
  for (let times = 0; times < 5; times += 1) nearby.noteNone('a', false);
  nearby.noteNone('a', true);
  nowMs += MINUTE_MS;
  expect(nearby.mayHave('a')).toBe(true);
});

test('without neighbours nothing is near, and only the latest are remembered', () => {
  expect(createNearby([], () => 0).mayHave('a')).toBe(false);
  const nearby = createNearby(['a neighbour'], () => 0);
  for (let at = 0; at < 65; at += 1) nearby.noteNone(`digest-${at}`, false);
  expect(['digest-0', 'digest-1', 'digest-64'].map(nearby.mayHave)).toEqual([true, false, false]);
});
