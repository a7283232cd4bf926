import { expect, test } from 'vitest';
import { createEchoes } from './echoes.ts';

const on = Buffer.from('on');

test('an own message is recognised once for each time it was published', () => {
  const echoes = createEchoes(10, 1_000);
  echoes.expect('lamp', on, 0);
  echoes.expect('lamp', on, 0);
  expect(echoes.isEcho('lamp', on, 1)).toBe(true);
  expect(echoes.isEcho('lamp', on, 1)).toBe(true);
  expect(echoes.isEcho('lamp', on, 1)).toBe(false);
});

test('another topic or payload is not an echo', () => {
  const echoes = createEchoes(10, 1_000);
  echoes.expect('lamp', on, 0);
  expect(echoes.isEcho('lamp', Buffer.from('off'), 1)).toBe(false);
  expect(echoes.isEcho('lam', Buffer.from('pon'), 1)).toBe(false);
});

test('an echo that did not come in time is not waited for', () => {
  const echoes = createEchoes(10, 1_000);
  echoes.expect('lamp', on, 0);
  expect(echoes.isEcho('lamp', on, 1_001)).toBe(false);
});

test('what is kept is bounded, by messages and by repetitions', () => {
  const echoes = createEchoes(10, 1_000);
  for (let n = 0; n < 100; n += 1) echoes.expect(`t${n}`, on, 0);
  expect(echoes.isEcho('t89', on, 1)).toBe(false);
  expect(echoes.isEcho('t90', on, 1)).toBe(true);
  for (let n = 0; n < 100; n += 1) echoes.expect('same', on, 0);
  let own = 0;
  while (echoes.isEcho('same', on, 1)) own += 1;
  expect(own).toBe(10);
});
