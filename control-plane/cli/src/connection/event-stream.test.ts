import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventData } from './event-stream.ts';

async function read(...chunks: string[]): Promise<string[]> {
  const events: string[] = [];
  for await (const data of eventData(fromChunks(chunks))) events.push(data);
  return events;
}

async function* fromChunks(chunks: readonly string[]): AsyncGenerator<string> {
  yield* chunks;
}

describe('server-sent events', () => {
  it.each([
    ['one', ['event: a\ndata: {"x":1}\n\n'], ['{"x":1}']],
    ['two', ['data: 1\n\ndata: 2\n\n'], ['1', '2']],
    ['comments between', [': ping\n\n: ping\n\ndata: 1\n\n'], ['1']],
    ['several lines of data', ['data: a\ndata: b\n\n'], ['a\nb']],
    ['no space after the colon', ['data:1\n\n'], ['1']],
    ['windows line ends', ['data: 1\r\n\r\n'], ['1']],
    ['an unfinished event', ['data: 1\n'], []],
    ['events without data', ['event: a\n\n'], []],
  ])('%s', async (_, chunks, expected) => {
    expect(await read(...chunks)).toEqual(expected);
  });

  it('do not depend on how the bytes were cut', async () => {
    const text = ': hi\r\n\r\nevent: x\r\ndata: one\r\ndata: two\r\n\r\ndata: three\n\n';
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 12 }), async (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const chunks = at.slice(1).map((end, i) => text.slice(at[i], end));
        expect(await read(...chunks)).toEqual(['one\ntwo', 'three']);
      }),
    );
  });

  it('are bounded', async () => {
    await expect(read('data: '.padEnd(2 * 1024 * 1024, 'x'))).rejects.toThrow(RangeError);
  });
});
