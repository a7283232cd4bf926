import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Frame, FrameReader } from './frame-reader.ts';

function encode(first: number, body: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

describe('packets out of a stream', () => {
  it('are the same however the stream is cut', () => {
    const packets = fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 300 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        packets,
        fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 20 }),
        (wanted, cuts) => {
          const stream = Buffer.concat(wanted.map(([first, body]) => encode(first, body)));
          const frames: Frame[] = [];
          const reader = new FrameReader(() => null);
          for (let at = 0, turn = 0; at < stream.length; turn += 1) {
            const take = cuts[turn % cuts.length] as number;
            const violation = reader.push(stream.subarray(at, at + take), (frame) => {
              frames.push(frame);
              return null;
            });
            expect(violation).toBeNull();
            at += take;
          }
          expect(
            frames.map(({ type, flags, bytes, bodyStart }) => [(type << 4) | flags, ...bytes.subarray(bodyStart)]),
          ).toEqual(wanted.map(([first, body]) => [first, ...body]));
          expect(reader.heldBytes).toBe(0);
        },
      ),
    );
  });

  it('keeps what has come, not what was declared', () => {
    const reader = new FrameReader(() => null);
    reader.push(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]), () => null);
    expect(reader.heldBytes).toBeLessThanOrEqual(4096);
    reader.push(Buffer.alloc(10_000), () => null);
    expect(reader.heldBytes).toBeLessThanOrEqual(20_100);
  });

  it('asks about the length before it keeps a byte of the body', () => {
    const asked: number[] = [];
    const reader = new FrameReader((_type, totalBytes) => {
      asked.push(totalBytes);
      return 'packet_too_large';
    });
    const violation = reader.push(Buffer.concat([Buffer.from([0x30, 0x80, 0x01]), Buffer.alloc(128)]), () => null);
    expect(violation).toBe('packet_too_large');
    expect(asked).toEqual([131]);
    expect(reader.heldBytes).toBe(0);
  });

  it('refuses a length of five bytes', () => {
    const reader = new FrameReader(() => null);
    expect(reader.push(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80]), () => null)).toBe('malformed_length');
  });
});
