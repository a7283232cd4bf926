import { expect, it } from 'vitest';
import { Gathering } from './gathering.ts';

it('gathers as long as the last write took, between its bounds', async () => {
  const gathering = new Gathering(4, 10);
  expect(gathering.ms).toBe(4);
  const busy = (ms: number) => async () => {
    for (const endMs = performance.now() + ms; performance.now() < endMs; );
  };
  await gathering.measure(busy(7));
  expect(gathering.ms).toBeGreaterThanOrEqual(7);
  await gathering.measure(busy(12));
  expect(gathering.ms).toBe(10);
  await gathering.measure(busy(0));
  expect(gathering.ms).toBe(4);
});

it('measures what fails, and lets it fail', async () => {
  await expect(new Gathering(0, 1).measure(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
