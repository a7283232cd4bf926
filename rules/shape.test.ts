import { describe, expect, it } from 'vitest';
import { listFiles, readSource } from './sources.ts';

/** The shape of the tree (CONTRIBUTING.md, "Shape"). */
const SOURCE = /\.(ts|tsx|js|mjs|cjs|css)$/;
const LONGEST_LINES = 300;
const DRAWERS = /(^|\/)(utils?|helpers?|common|misc|shared|lib)(\/|\.[a-z]+$)/;
/** kebab-case; React components PascalCase; dotfiles and tool configurations as their tools want them. */
const FILE_NAME =
  /^(\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*|[A-Z][A-Za-z0-9]+(\.test|\.module)?\.(tsx|css))$/;

const files = listFiles(SOURCE);

describe('shape', () => {
  it('files stay small', () => {
    const long = files
      .map((path) => ({ path, lines: readSource(path).split('\n').length }))
      .filter(({ lines }) => lines > LONGEST_LINES);
    expect(long).toEqual([]);
  });

  it('no drawer folders or files', () => expect(files.filter((path) => DRAWERS.test(path))).toEqual([]));

  it('file names say their concept in one style', () => {
    expect(files.filter((path) => !FILE_NAME.test(path.split('/').at(-1) ?? ''))).toEqual([]);
  });

  it('node:wasi is not used in the product', () => {
    const users = files.filter((path) => /^(agent|control-plane|guest-sdk)\/.*\.(ts|js)$/.test(path));
    expect(users.filter((path) => /from 'node:wasi'|require\('node:wasi'\)/.test(readSource(path)))).toEqual([]);
  });
});
