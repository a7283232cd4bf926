import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';

/** Which npm packages a packed agent really holds: those from which the bundler took at least one file, not all that are installed. */
export interface PackedPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression as the package states it. */
  readonly license: string | null;
  /** Subresource integrity of the archive that npm installed, from the lock file: `sha512-…`, base64. */
  readonly integrity: string | null;
}

const manifest = z.object({ name: z.string(), version: z.string(), license: z.string().optional() });
const lockFile = z.object({ packages: z.record(z.string(), z.object({ integrity: z.string().optional() })) });

/** `modules` are the bundler's module ids; those that are not files of installed packages (our own, virtual ones) are passed over. */
export function packedPackages(root: string, modules: Iterable<string>): PackedPackage[] {
  const lock = lockFile.parse(readJson(join(root, 'package-lock.json')));
  const folders = new Set<string>();
  for (const id of modules) {
    const folder = packageFolder(root, id.split('?')[0] ?? id);
    if (folder !== null) folders.add(folder);
  }
  // The same version installed in two places is one package.
  const packages = new Map<string, PackedPackage>();
  for (const folder of folders) {
    const { name, version, license = null } = manifest.parse(readJson(join(folder, 'package.json')));
    const integrity = lock.packages[relative(root, folder).split(sep).join('/')]?.integrity ?? null;
    packages.set(`${name}@${version}`, { name, version, license, integrity });
  }
  return [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found);
}

/** The folder below node_modules that a file belongs to: not one of the nameless package.json files inside a package. */
function packageFolder(root: string, file: string): string | null {
  const path = relative(root, resolve(file));
  const at = path.lastIndexOf(`node_modules${sep}`);
  if (at < 0) return null;
  const inside = path.slice(at + `node_modules${sep}`.length).split(sep);
  const name = inside[0]?.startsWith('@') ? inside.slice(0, 2).join(sep) : inside[0];
  if (!name) return null;
  const folder = join(root, path.slice(0, at), 'node_modules', name);
  return existsSync(join(folder, 'package.json')) ? folder : null;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`read ${file} in ${dirname(file)}`, { cause });
  }
}
