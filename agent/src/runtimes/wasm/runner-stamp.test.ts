import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isFresh, stampLine } from './runner-stamp.ts';

function bundled() {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-stamp-'));
  const files = ['a.ts', 'b.ts'];
  for (const file of files) writeFileSync(join(folder, file), `// ${file}`);
  const bundle = join(folder, 'runner.cjs');
  writeFileSync(bundle, `run();\n${stampLine(folder, files)}`);
  return { folder, bundle };
}

describe('a bundled runner', () => {
  it('is used while its sources are what they were', () => {
    const { folder, bundle } = bundled();
    expect(isFresh(bundle, folder)).toBe(true);
  });

  it('is not used when a source has changed, though its length and name are the same', () => {
    const { folder, bundle } = bundled();
    writeFileSync(join(folder, 'b.ts'), '// c.ts');
    expect(isFresh(bundle, folder)).toBe(false);
  });

  it('is not used when a source is gone', () => {
    const { folder, bundle } = bundled();
    rmSync(join(folder, 'a.ts'));
    expect(isFresh(bundle, folder)).toBe(false);
  });

  it('is not used without a stamp, with a damaged one, or when it is not there', () => {
    const { folder, bundle } = bundled();
    appendFileSync(bundle, 'half a line');
    expect(isFresh(bundle, folder)).toBe(false);
    writeFileSync(bundle, 'run();');
    expect(isFresh(bundle, folder)).toBe(false);
    expect(isFresh(join(folder, 'nowhere'), folder)).toBe(false);
  });
});
