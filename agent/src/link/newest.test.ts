import { expect, test } from 'vitest';
import { createNewest } from './newest.ts';

const BOOT = 'b'.repeat(32) as never;
const ack = (upTo: number, generation?: number) => ({ boot: BOOT, upTo, ...(generation && { generation }) });
const row = (seq: number) => ({ boot: BOOT, seq });

function having(generation: number) {
  const newest = createNewest(() => generation);
  newest.begin();
  return newest;
}

test('what an acknowledgement names was newest when its row was first sent, however late it comes', () => {
  const newest = having(7);
  newest.sent(row(4), 100);
  newest.sent(row(5), 200);
  newest.sent(row(4), 9_000);
  expect(newest.heard(ack(5, 7))).toEqual({ kind: 'current', asOfMs: 100 });
  newest.sent(row(6), 9_500);
  expect(newest.heard(ack(6, 7))).toEqual({ kind: 'current', asOfMs: 9_500 });
});

test('an acknowledgement that a broker kept says nothing about rows that came after it', () => {
  const newest = having(7);
  newest.sent(row(4), 100);
  newest.heard(ack(4, 7));
  newest.sent(row(5), 200);
  expect(newest.heard(ack(4, 7))).toEqual({ kind: 'nothing' });
  expect(newest.heard({ ...ack(5, 7), boot: 'c'.repeat(32) as never })).toEqual({ kind: 'nothing' });
  expect(newest.heard(ack(5, 7))).toEqual({ kind: 'current', asOfMs: 200 });
});

test('one of the session before answers nothing of this one', () => {
  const newest = having(7);
  newest.sent(row(4), 100);
  newest.begin();
  expect(newest.heard(ack(4, 7))).toEqual({ kind: 'nothing' });
});

test('a newer one is looked for once, whatever it answers', () => {
  const newest = having(7);
  expect(newest.heard(ack(4, 8))).toEqual({ kind: 'behind' });
  expect(newest.heard(ack(4, 8))).toEqual({ kind: 'nothing' });
  newest.sent(row(5), 100);
  expect(newest.heard(ack(5, 8))).toEqual({ kind: 'nothing' });
  expect(newest.heard(ack(5, 9))).toEqual({ kind: 'behind' });
});

test.each([
  ['no generation, as of a control plane that has none for this device', undefined],
  ['a lower one, as of a control plane that was restored', 6],
])('%s tells nothing', (_, generation) => {
  const newest = having(7);
  newest.sent(row(4), 100);
  expect(newest.heard(ack(4, generation))).toEqual({ kind: 'nothing' });
});
