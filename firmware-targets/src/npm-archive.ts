import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Files of an npm package for a machine other than this one. Downloaded once into the cache, and checked each time against the
 * integrity that the caller names, so that neither the registry nor the cache is trusted.
 */
export interface NpmPackage {
  readonly package: string;
  readonly version: string;
  /** `sha512-…`, base64. */
  readonly integrity: string;
}

/** The folder in which `files` of the package lie, by their paths in it. */
export function fetchFiles(wanted: NpmPackage, files: readonly string[], cacheDir: string): string {
  const name = `${wanted.package.replace('@', '').replace('/', '-')}-${wanted.version}`;
  const archive = join(cacheDir, `${name}.tgz`);
  mkdirSync(cacheDir, { recursive: true });
  if (!existsSync(archive)) download(`${wanted.package}@${wanted.version}`, cacheDir, archive);
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (integrity !== wanted.integrity) {
    rmSync(archive);
    throw new Error(`${name} is not what was named: expected ${wanted.integrity}, got ${integrity}`);
  }
  const folder = join(cacheDir, name);
  // The folder gets its name when it is complete.
  if (!existsSync(folder)) {
    const partial = mkdtempSync(`${folder}-`);
    run('tar', ['-xzf', archive, '-C', partial, ...files.map((file) => `package/${file}`)], cacheDir);
    renameSync(partial, folder);
  }
  return join(folder, 'package');
}

function download(specifier: string, cacheDir: string, archive: string): void {
  const partial = mkdtempSync(join(cacheDir, 'download-'));
  const printed = run('npm', ['pack', specifier, '--pack-destination', partial, '--silent'], cacheDir);
  renameSync(join(partial, printed.trim().split('\n').at(-1) ?? ''), archive);
  rmSync(partial, { recursive: true });
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.slice(-1000)}`);
  return stdout;
}
