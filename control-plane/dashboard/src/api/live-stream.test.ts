import { expect, test } from 'vitest';
import { parseChange } from './live-stream.ts';

test('a change is read', () => {
  expect(parseChange('{"type":"device","device":"pi-7"}')).toEqual({ type: 'device', device: 'pi-7' });
});

test.each(['', '{', 'null', '{"type":"device"}', '{"type":"device","device":"../x"}', '{"type":"unknown"}'])(
  '%j is no change',
  (text) => {
    expect(parseChange(text)).toBeNull();
  },
);
