import { LIMITS } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import { LineSplitter, LogSink } from './log-sink.ts';
import type { FromRunner } from './messages.ts';

describe('log sink', () => {
  it('thins a flood and says how much is missing', () => {
    const sent: FromRunner[] = [];
    let nowMs = 0;
    const sink = new LogSink({ send: (message) => sent.push(message) }, () => nowMs);
    for (let line = 0; line < 1_000; line += 1) sink.line('info', 'log', `${line}`);
    expect(sent).toHaveLength(100);
    nowMs = 1_000;
    sink.line('info', 'log', 'later');
    expect(sent.at(-1)).toMatchObject({ text: 'later', skipped: 900 });
    sink.flush();
    expect(sent).toHaveLength(101);
  });

  it('cuts a line to its bytes and never in the middle of a letter', () => {
    const sent: FromRunner[] = [];
    new LogSink({ send: (message) => sent.push(message) }).line('info', 'log', 'ä'.repeat(5_000));
    const [first] = sent;
    const text = first?.type === 'log' ? first.text : '';
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(LIMITS.logLineBytes);
    expect(text).toMatch(/^ä+…$/);
  });
});

describe('line splitter', () => {
  it('finds lines and letters across writes, and holds no more than one long line', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const byte of Buffer.from('eins\nzwölf\nrest')) splitter.write(Uint8Array.of(byte));
    splitter.end();
    expect(lines).toEqual(['eins', 'zwölf', 'rest']);
    splitter.write(new Uint8Array(LIMITS.logLineBytes + 1).fill(65));
    expect(lines).toHaveLength(4);
  });
});
