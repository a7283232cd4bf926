import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from './target.ts';

/**
 * The Node binary of a target, from the npm package that holds it. Downloaded once into the cache, and checked each time
 * against the integrity that the target names, so that neither the registry nor the cache is trusted.
 */
export interface NodePackage {
  readonly binary: string;
  readonly licence: string;
}

export function fetchNode({ node }: Target, cacheDir: string): NodePackage {
  const name = `${node.package}-${node.version}`;
  const archive = join(cacheDir, `${name}.tgz`);
  mkdirSync(cacheDir, { recursive: true });
  if (!existsSync(archive)) download(`${node.package}@${node.version}`, cacheDir, archive);
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (integrity !== node.integrity) {
    rmSync(archive);
    throw new Error(`${name} is not what the target names: expected ${node.integrity}, got ${integrity}`);
  }
  const folder = join(cacheDir, name);
  const unpacked = { binary: join(folder, 'package/bin/node'), licence: join(folder, 'package/LICENSE') };
  // The folder gets its name when it is complete.
  if (!existsSync(folder)) {
    const partial = mkdtempSync(`${folder}-`);
    run('tar', ['-xzf', archive, '-C', partial, 'package/bin/node', 'package/LICENSE'], cacheDir);
    renameSync(partial, folder);
  }
  return unpacked;
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
