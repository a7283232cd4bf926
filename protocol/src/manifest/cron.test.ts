import { describe, expect, it } from 'vitest';
import { checkCron } from './cron.ts';

describe('cron expressions', () => {
  it.each([
    '* * * * *',
    '*/5 * * * *',
    '0 0 1 1 0',
    '59 23 31 12 7',
    '1,2,3-5 * * JAN,feb mon-fri',
    '0-30/10 * * * *',
    '15 30 6 * * *',
    ' 0   6 * * * ',
  ])('%j is one', (text) => {
    expect(checkCron(text)).toEqual({ ok: true, value: undefined });
  });

  it.each([
    '',
    '* * * *',
    '* * * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * 32 * *',
    '* * * 13 *',
    '* * * * 8',
    '60 * * * * *',
    '*/0 * * * *',
    '*/99 * * * *',
    '5-1 * * * *',
    '*-5 * * * *',
    '1, * * * *',
    ',1 * * * *',
    '1-2-3 * * * *',
    '1/2/3 * * * *',
    '-1 * * * *',
    '1.5 * * * *',
    'mon * * * *',
    '* * * * january',
    '@daily',
    '? * * * *',
    `${'1,'.repeat(100)}1 * * * *`,
  ])('%j is none', (text) => {
    expect(checkCron(text)).toMatchObject({ ok: false, problems: [{ code: 'invalid_manifest' }] });
  });
});
