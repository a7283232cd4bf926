import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { fetchFiles } from './npm-archive.ts';
import type { PackedPackage } from './packed-packages.ts';
import type { Target } from './target.ts';

/**
 * koffi, with which the agent makes the calls to device files that Node lacks: its JavaScript, and the binary for the target's
 * machine and for glibc only, out of the twenty that it is published with. It is read only where hardware is configured.
 */
export const DEVICE_CALLS = 'koffi';
const FILES = ['package.json', 'LICENSE.txt', 'index.js', 'src/koffi/index.js', 'src/koffi/src/static.js'];

const lockFile = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), integrity: z.string().optional() })),
});

export function stageDeviceCalls(target: Target, root: string, modulesDir: string, cacheDir: string): PackedPackage[] {
  const name = `@koromix/koffi-linux-${target.arch}`;
  const lock = lockFile.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  const { version, integrity } = lock.packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) throw new Error(`package-lock.json does not name ${name}`);
  const binary = `linux_${target.arch}/koffi.node`;
  const binaryFiles = ['package.json', 'index.js', binary];
  const from = fetchFiles({ package: name, version, integrity }, binaryFiles, cacheDir);
  copy(join(root, 'node_modules', DEVICE_CALLS), FILES, join(modulesDir, DEVICE_CALLS));
  copy(from, binaryFiles, join(modulesDir, name));
  return [{ name, version, license: 'MIT', integrity }];
}

function copy(from: string, files: readonly string[], to: string): void {
  for (const file of files) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    copyFileSync(join(from, file), join(to, file));
  }
}
