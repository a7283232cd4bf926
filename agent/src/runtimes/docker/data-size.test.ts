import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataSize } from './data-size.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-size-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('counts files however deep, and names, and follows no link', async () => {
  expect(await dataSize(folder)).toBe(0);
  mkdirSync(join(folder, 'a/b'), { recursive: true });
  writeFileSync(join(folder, 'a/b/c'), Buffer.alloc(10_000));
  symlinkSync('/usr', join(folder, 'link'));
  const bytes = (await dataSize(folder)) ?? 0;
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(20_000);
});

it('knows no size of what has more names than it looks at', async () => {
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), '');
  expect(await dataSize(folder, 2)).toBeNull();
  expect(await dataSize(folder, 3)).not.toBeNull();
});

it('counts nothing of a folder that is gone', async () => {
  expect(await dataSize(join(folder, 'gone'))).toBe(0);
});
