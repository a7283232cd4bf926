import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Mutant } from './mutants.ts';

/** A copy of the sources of both machines in which one passage is replaced. The passage must be there exactly once. */
const ROOT = resolve(import.meta.dirname, '../..');
/** Folders that the entries in machines.ts reach. */
const FOLDERS = ['agent/src/core', 'agent/src/link', 'control-plane/server/src/domain'];

export function copyWithMutant({ file, find, replace }: Extract<Mutant, { readonly file: string }>): string {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const parts = source.split(find);
  if (parts.length !== 2)
    throw new Error(
      `${file} holds ${JSON.stringify(find)} ${parts.length - 1} times, not once: adjust scripts/sim/mutants.ts`,
    );
  const folder = mkdtempSync(join(tmpdir(), 'wherry-mutant-'));
  const tests = /(\.test\.ts|\/testing)$/;
  for (const path of FOLDERS)
    cpSync(join(ROOT, path), join(folder, path), { recursive: true, filter: (name) => !tests.test(name) });
  mkdirSync(join(folder, 'agent/src/logs'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, file), parts.join(replace));
  return folder;
}
