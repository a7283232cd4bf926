import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { OutboundBatch } from './outbound-batch.ts';

it('sends the messages of one turn together, in order, and counts bytes until they are taken', async () => {
  const sent: (readonly string[])[] = [];
  const takenBack: (() => void)[] = [];
  const batch = new OutboundBatch<string>((messages, taken) => {
    sent.push(messages);
    takenBack.push(taken);
  });
  batch.add('a', 10);
  batch.add('b', 5);
  expect([sent.length, batch.unsentBytes]).toEqual([0, 15]);
  await nextTurn();
  batch.add('c', 1);
  await nextTurn();
  expect(sent).toEqual([['a', 'b'], ['c']]);
  expect(batch.unsentBytes).toBe(16);
  takenBack[0]?.();
  expect(batch.unsentBytes).toBe(1);
  batch.flush();
  expect(sent).toHaveLength(2);
});
