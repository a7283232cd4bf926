import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const CACHE = join(ROOT, 'node_modules/.cache/wherry');

export interface Packed {
  readonly archive: string;
  readonly name: string;
  readonly version: string;
  readonly digest: string;
}

/** Packs a target as its README says. */
export function pack(target: string, out: string): Packed {
  return JSON.parse(
    run(process.execPath, [join(ROOT, 'firmware-targets/src/pack.ts'), '--target', target, '--out', out]),
  );
}

/** Unpacks an archive below `dir` and installs it into a root of its own, as an image builder would. */
export function install(packed: Packed, dir: string, root: string): string {
  run('tar', ['-xzf', packed.archive, '-C', dir]);
  return run('sh', [join(dir, packed.name, 'install.sh'), '--root', root]);
}

/** Runs a command to its end; throws with what it said when it fails. */
export function run(command: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...(cwd ? { cwd } : {}),
  });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${error?.message ?? stderr.slice(-2_000)}`);
  return stdout;
}

/** A printed skip for lack of something; under CI=true an error. */
export function missing(what: string, needs: readonly (readonly [string, boolean])[]): boolean {
  const lacking = needs.filter(([, isThere]) => !isThere).map(([name]) => name);
  if (lacking.length === 0) return false;
  if (process.env.CI === 'true') throw new Error(`${what} needs ${lacking.join(', ')}`);
  process.stderr.write(`skipped, ${what}: needs ${lacking.join(', ')}\n`);
  return true;
}

export const hasFile = (path: string): boolean => existsSync(path);
