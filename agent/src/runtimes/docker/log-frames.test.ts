import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Line, LogFrames } from './log-frames.ts';

function frame(stream: 1 | 2, payload: string | Buffer): Buffer {
  const body = Buffer.from(payload);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

function read(chunks: readonly Uint8Array[], lineBytesMax = 64): Line[] {
  const frames = new LogFrames(lineBytesMax);
  return [...chunks.flatMap((chunk) => frames.push(chunk)), ...frames.end()];
}

const texts = (lines: readonly Line[], stream: Line['stream']) =>
  lines.filter((line) => line.stream === stream).map((line) => line.text);

describe('log frames', () => {
  it('give the same lines in whatever pieces they come', () => {
    const whole = Buffer.concat([frame(1, 'one\ntw'), frame(2, 'wrong\r\n'), frame(1, 'o\n\nthree'), frame(2, 'é')]);
    const expected = read([whole]);
    expect(texts(expected, 'stdout')).toEqual(['one', 'two', '', 'three']);
    expect(texts(expected, 'stderr')).toEqual(['wrong', 'é']);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length)), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
        expect(read(at.slice(1).map((end, index) => whole.subarray(at[index], end)))).toEqual(expected);
      }),
    );
  });

  it('cut a line at the bound and go on with the next', () => {
    expect(texts(read([frame(1, `${'a'.repeat(1_000_000)}\nb\n`)]), 'stdout')).toEqual(['a'.repeat(64), 'b']);
  });

  it('take bytes that are no text', () => {
    const lines = read([frame(1, Buffer.from([0xff, 0xfe, 0x0a, 0x00]))]);
    expect(lines).toHaveLength(2);
    expect(lines[0]?.text.length).toBeLessThanOrEqual(64);
  });

  it('never throw or grow, whatever the engine sends', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
        for (const line of read(chunks)) expect(line.text.length).toBeLessThanOrEqual(64);
      }),
    );
  });
});
