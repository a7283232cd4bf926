import { LIMITS } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { readLabels } from './label-text.ts';

test('labels are read with any spaces', () => {
  expect(readLabels(' site=berlin,  ring = canary ,')).toEqual({ ok: true, value: { site: 'berlin', ring: 'canary' } });
  expect(readLabels('')).toEqual({ ok: true, value: {} });
});

test.each(['site', 'site=', '=berlin', 'site=a=b', 'Site=berlin', 'site=<script>', 'site=../x', 'a b=c'])(
  '%j is refused with a sentence',
  (text) => {
    const read = readLabels(text);
    expect(read).toMatchObject({ ok: false, problems: [{ code: 'invalid_body' }] });
    if (!read.ok) expect(read.problems[0]?.message).not.toBe('');
  },
);

test('too many are refused', () => {
  const text = Array.from({ length: LIMITS.labelsPerDevice + 1 }, (_, index) => `l${index}=x`).join(',');
  expect(readLabels(text)).toMatchObject({ ok: false });
});
