import { describe, expect, it } from 'vitest';
import { age, percent, size } from './figures.ts';
import { plain } from './plain.ts';
import { sheet, table } from './table.ts';

describe('text from elsewhere', () => {
  it('cannot move the cursor, colour the screen, forge lines or turn the writing around', () => {
    const shown = plain('\u001b[2Jhi\u0007\r\nroot# \u202egnp.exe\u009b31m\u2028x');
    expect(shown).toBe('\ufffd[2Jhi\ufffd\ufffd root# \ufffdgnp.exe\ufffd31m\ufffdx');
  });

  it('is plain in tables and sheets too', () => {
    expect(table(['a'], [['\u001b[31mred']])).not.toContain('\u001b');
    expect(sheet([['a', 'x\ny']])).toBe('a  x y');
  });
});

describe('tables', () => {
  it('align columns and end lines without spaces', () => {
    expect(
      table(
        ['name', 'n'],
        [
          ['pi-1', 1],
          ['longer-name', null],
        ],
      ),
    ).toBe('NAME         N\npi-1         1\nlonger-name  -');
  });
});

describe('figures', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [16 * 1024 * 1024, '16 MiB'],
    [3.9 * 1024 ** 3, '3.9 GiB'],
    [2 ** 60, '1048576 TiB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });

  it.each([
    [null, 'never'],
    [1_000_000, '0s ago'],
    [999_000, '1s ago'],
    [1_000_000 - 3_600_000, '1h ago'],
    [1_000_000 - 200_000_000, '2d ago'],
    [2_000_000, '0s ago'],
  ])('%s is %s', (atMs, text) => {
    expect(age(atMs, 1_000_000)).toBe(text);
  });

  it.each([
    [0, '0%'],
    [0.004, '0.4%'],
    [0.25, '25%'],
    [1.5, '150%'],
  ])('%d is %s', (share, text) => {
    expect(percent(share)).toBe(text);
  });
});
