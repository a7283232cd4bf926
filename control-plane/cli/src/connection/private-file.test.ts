import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../testing/scratch-folder.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

describe('a file for its owner only', () => {
  it('is one of the texts that were written at once, and nothing else is left', async () => {
    const folder = join(scratchFolder(), 'wherry');
    const file = join(folder, 'config.json');
    expect(await readPrivateFile(file)).toBeNull();
    const texts = Array.from({ length: 16 }, (_, at) => `${at}`.repeat(10_000));
    await Promise.all(texts.map((text) => writePrivateFile(file, text)));
    expect(texts).toContain(await readPrivateFile(file));
    expect(readdirSync(folder)).toEqual(['config.json']);
    expect([statSync(file).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it('that cannot be written leaves nothing beside it', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'config.json'));
    await expect(writePrivateFile(join(folder, 'config.json'), 'text')).rejects.toMatchObject({
      problems: [{ code: 'unavailable' }],
    });
    expect(readdirSync(folder)).toEqual(['config.json']);
  });
});
