import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { holdFolder } from './hold-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-hold-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('lets one work in a folder at a time, and the next one when that has ended in whatever way', async () => {
  let [at, most] = [0, 0];
  const work = (index: number) => async () => {
    at += 1;
    most = Math.max(most, at);
    await new Promise((resolve) => setImmediate(resolve));
    at -= 1;
    if (index % 2 === 1) throw new Error('failed');
    return index;
  };
  const all = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => holdFolder(folder, work(index))));
  expect(all.map(({ status }) => status === 'fulfilled')).toEqual(all.map((_, index) => index % 2 === 0));
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual(['lock']);
});

it('says so when others have it for too long', async () => {
  await holdFolder(folder, async () => {
    await expect(holdFolder(folder, async () => {}, 0)).rejects.toMatchObject({ code: 'conflict' });
  });
});
