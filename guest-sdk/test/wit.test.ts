import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { witPackages } from '@wherry/protocol/testing/component';
import { expect, it } from 'vitest';

/** What authors are given as WIT is what admission compares with. */
it('has the interfaces of the host in wit/, and nothing else', () => {
  const folder = resolve(import.meta.dirname, '..', 'wit');
  const files = Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
  expect(files).toEqual(Object.fromEntries(witPackages()));
});
