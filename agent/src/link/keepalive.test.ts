import { expect, test } from 'vitest';
import { answered, fellSilent, freshKeepalive } from './keepalive.ts';

const metered = { fromSeconds: 300, toSeconds: 1200 };
const plain = { fromSeconds: 300, toSeconds: 300 };

test('on a metered link the period grows with each answer, to twenty minutes and no further', () => {
  const periods = [freshKeepalive(metered)];
  for (let at = 0; at < 4; at++) periods.push(answered(periods[at] as never, metered));
  expect(periods.map(({ periodSeconds }) => periodSeconds)).toEqual([300, 600, 1200, 1200, 1200]);
});

test('on another link it stays', () => {
  expect(answered(freshKeepalive(plain), plain).periodSeconds).toBe(300);
});

test('a session that fell silent halves the period, and no answer takes it above that again', () => {
  let state = fellSilent(answered(answered(freshKeepalive(metered), metered), metered));
  expect(state.periodSeconds).toBe(600);
  for (let at = 0; at < 20; at++) state = answered(state, metered);
  expect(state.periodSeconds).toBe(600);
});

test('a ceiling is forgotten after many answers, so that one bad day does not cost bytes for ever', () => {
  let state = fellSilent({ periodSeconds: 1200, ceilingSeconds: 1200, answers: 0 });
  for (let at = 0; at < 288; at++) state = answered(state, metered);
  expect(answered(state, metered).periodSeconds).toBe(1200);
});

test('however often it falls silent, it never asks more than once a minute', () => {
  let state = freshKeepalive(metered);
  for (let at = 0; at < 20; at++) state = fellSilent(state);
  expect(state).toMatchObject({ periodSeconds: 60, ceilingSeconds: 60 });
});
