import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createForgedEvents } from './forged-events.ts';

function setUp(append: (message: string) => void) {
  let uptimeMs = 0;
  const forged = createForgedEvents(
    { transaction: (_, work) => work() },
    () => ({ appendEvent: (_, { message }) => append(message) }),
    { nowMs: () => 0, uptimeMs: () => uptimeMs, random: () => 0 },
    pino({ level: 'silent' }),
  );
  const advance = (ms: number) => {
    uptimeMs += ms;
  };
  return { forged, advance };
}

test('a flood of forged messages is told once an hour for each channel', () => {
  const told: string[] = [];
  const { forged, advance } = setUp((message) => told.push(message));
  for (let n = 0; n < 1_000; n += 1) forged('ack');
  forged('command');
  expect(told).toHaveLength(2);
  advance(3_599_999);
  forged('ack');
  expect(told).toHaveLength(2);
  advance(1);
  forged('ack');
  expect(told).toHaveLength(3);
});

test('a disk that takes nothing is no reason to end', () => {
  const { forged } = setUp(() => {
    throw new Error('the disk is full');
  });
  expect(() => forged('ack')).not.toThrow();
});
