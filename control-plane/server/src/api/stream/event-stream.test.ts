import { expect, it, vi } from 'vitest';
import { eventStream } from './event-stream.ts';

function open(overrides: Partial<Parameters<typeof eventStream>[0]> = {}) {
  const calls: string[] = [];
  let send = (_type: string, _data: unknown) => {};
  const answer = eventStream({
    listen(listener) {
      send = listener;
      return () => calls.push('stopped');
    },
    isAllowed: async () => true,
    onSlow: () => calls.push('slow'),
    onEnd: () => calls.push('ended'),
    ...overrides,
  });
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const read = async () => {
    const { value, done } = await reader.read();
    return done ? null : new TextDecoder().decode(value);
  };
  return { calls, read, cancel: () => reader.cancel(), send: (type: string, data: unknown) => send(type, data) };
}

it('writes each change as an event', async () => {
  const stream = open();
  stream.send('device', { device: 'pi-1', text: 'a\nb' });
  expect(await stream.read()).toBe(': open\n\n');
  expect(await stream.read()).toBe('event: device\ndata: {"device":"pi-1","text":"a\\nb"}\n\n');
  await stream.cancel();
  expect(stream.calls).toEqual(['stopped', 'ended']);
});

it('cuts a reader off that falls behind, once, and keeps no more than the queue', async () => {
  const stream = open({ queue: 4 });
  for (let count = 0; count < 1000; count += 1) stream.send('usage', count);
  expect(stream.calls).toEqual(['slow', 'stopped', 'ended']);
  const texts: (string | null)[] = [];
  for (;;) {
    const text = await stream.read();
    if (text === null) break;
    texts.push(text);
  }
  expect(texts).toHaveLength(4);
});

it('keeps the way open, and ends when the caller is no longer allowed', async () => {
  vi.useFakeTimers();
  try {
    let isAllowed = true;
    const stream = open({ heartbeatMs: 1000, isAllowed: async () => isAllowed });
    await stream.read();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await stream.read()).toBe(': still here\n\n');
    isAllowed = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(stream.calls).toEqual(['stopped', 'ended']);
  } finally {
    vi.useRealTimers();
  }
});
