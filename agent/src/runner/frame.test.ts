import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FRAME_BYTES_MAX, FrameError, FrameReader } from './frame.ts';

describe('frames', () => {
  it('arrive as they were sent, however the stream is cut', () => {
    const message = fc.tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (messages, chunkBytes) => {
        const stream = Buffer.concat(messages.map(([head, tail]) => encodeFrame(head, tail)));
        const reader = new FrameReader();
        const frames = [];
        for (let at = 0; at < stream.length; at += chunkBytes)
          frames.push(...reader.push(stream.subarray(at, at + chunkBytes)));
        expect(frames.map(({ head, tail }) => [JSON.stringify(head), [...tail]])).toEqual(
          messages.map(([head, tail]) => [JSON.stringify(head), [...tail]]),
        );
      }),
    );
  });

  it('that are longer than the bound are neither sent nor held', () => {
    expect(() => encodeFrame({}, new Uint8Array(FRAME_BYTES_MAX))).toThrow(FrameError);
    const header = Buffer.alloc(4);
    header.writeUInt32LE(FRAME_BYTES_MAX + 1);
    expect(() => new FrameReader().push(header)).toThrow(FrameError);
  });

  it('never make the reader throw anything but FrameError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          new FrameReader().push(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
  });
});
