import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFresh } from './runner-stamp.ts';

/** The file a runner process executes, and what Node must be allowed to read for it. */
export interface RunnerEntry {
  readonly path: string;
  readonly readPaths: readonly string[];
}

const here = dirname(fileURLToPath(import.meta.url));
/** Packages that the runner's sources import. */
const PACKAGES = ['@assemblyscript/loader', '@wherry/protocol'];

/**
 * Beside a bundled agent lies a bundled runner that needs nothing else. In a checkout the runner is the built one, if it is of the
 * sources as they are (`npm run build`), and else the sources themselves, which start more slowly. `override` (or the variable WHERRY_RUNNER) names another bundle.
 */
export function findRunnerEntry(override: string | undefined = process.env.WHERRY_RUNNER): RunnerEntry {
  if (override !== undefined) return bundled(override);
  const bundle = ['runner.js', 'runner.mjs'].map((name) => join(here, name)).find((path) => existsSync(path));
  if (bundle !== undefined) return bundled(bundle);
  const checkout = join(here, '..', '..', '..');
  const built = join(checkout, 'dist', 'runner.cjs');
  if (isFresh(built, checkout)) return bundled(built);
  const sources = join(checkout, 'src', 'runner');
  return { path: join(sources, 'main.ts'), readPaths: [`${sources}/`, ...PACKAGES.flatMap(packagePaths)] };
}

/** A bundle may come in pieces, all in one folder. */
function bundled(path: string): RunnerEntry {
  return { path, readPaths: [`${dirname(path)}/`] };
}

/** A package as Node looks it up: by the link to it, its description, and its folder's true path. */
function packagePaths(name: string): string[] {
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(found)) return [found, join(found, 'package.json'), `${realpathSync(found)}/`];
  }
  throw new Error(`the runner needs the package ${name}, which is not installed`);
}
