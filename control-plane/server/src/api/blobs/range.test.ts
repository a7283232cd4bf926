import { describe, expect, it } from 'vitest';
import { isRangeCurrent, isTagKnown, readRange } from './range.ts';

describe('byte ranges', () => {
  it.each([
    [undefined, { kind: 'whole' }],
    ['bytes=0-', { kind: 'part', start: 0, end: 100 }],
    ['bytes=0-0', { kind: 'part', start: 0, end: 1 }],
    ['bytes=10-19', { kind: 'part', start: 10, end: 20 }],
    ['bytes=90-1000', { kind: 'part', start: 90, end: 100 }],
    ['bytes=-10', { kind: 'part', start: 90, end: 100 }],
    ['bytes=-1000', { kind: 'part', start: 0, end: 100 }],
    ['BYTES=5-6', { kind: 'part', start: 5, end: 7 }],
    ['bytes=100-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=5-4', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=0-1,5-6', { kind: 'whole' }],
    ['items=0-1', { kind: 'whole' }],
    ['bytes=a-b', { kind: 'whole' }],
    ['bytes=99999999999999999999-', { kind: 'whole' }],
  ])('%s', (header, expected) => expect(readRange(header, 100)).toEqual(expected));

  it('has no part of an empty blob', () => {
    expect(readRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
    expect(readRange('bytes=-1', 0)).toEqual({ kind: 'unsatisfiable' });
  });
});

describe('tags', () => {
  it('answers a range only for the version that the reader knows', () => {
    expect(isRangeCurrent(undefined, '"a"')).toBe(true);
    expect(isRangeCurrent('"a"', '"a"')).toBe(true);
    expect(isRangeCurrent('W/"a"', '"a"')).toBe(false);
    expect(isRangeCurrent('Sat, 01 Jan 2000 00:00:00 GMT', '"a"')).toBe(false);
  });

  it('compares a list weakly', () => {
    expect(isTagKnown('"x", W/"7"', '"7"')).toBe(true);
    expect(isTagKnown('*', '"7"')).toBe(true);
    expect(isTagKnown('"77"', '"7"')).toBe(false);
    expect(isTagKnown(undefined, '"7"')).toBe(false);
  });
});
