import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../fleet/paths.ts';

/** A textual change to one source file. `find` must be there exactly once: a change that no longer fits is an error, not a pass. */
export interface Replacement {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface AlteredCopy {
  /** Entry of the agent in the copy. */
  readonly main: string;
  remove(): void;
}

const PARTS = ['agent/src', 'agent/package.json', 'protocol/src', 'protocol/package.json'];

/** The agent and the contract copied elsewhere and altered there: the product itself has no switch that turns a defence off. */
export function makeAlteredCopy(replacements: readonly Replacement[]): AlteredCopy {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-altered-'));
  writeAlteredCopy(folder, replacements);
  return { main: join(folder, 'agent/src/main.ts'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The same in a folder that is there, with more of the sources: tests, for example. */
export function writeAlteredCopy(
  folder: string,
  replacements: readonly Replacement[],
  more: readonly string[] = [],
): void {
  for (const part of [...PARTS, ...more]) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  linkPackages(folder);
  for (const replacement of replacements) apply(folder, replacement);
}

export function applyTo(source: string, { file, find, replace }: Replacement): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times and not once: ${find}`);
  return parts.join(replace);
}

function apply(folder: string, replacement: Replacement): void {
  const path = join(folder, replacement.file);
  writeFileSync(path, applyTo(readFileSync(path, 'utf8'), replacement));
}

/** Scopes become folders of their own, so that @wherry can lead into the copy. */
function linkPackages(folder: string): void {
  const [from, to] = [join(ROOT, 'node_modules'), join(folder, 'node_modules')];
  mkdirSync(join(to, '@wherry'), { recursive: true });
  for (const name of readdirSync(from).filter((entry) => !entry.startsWith('.') && entry !== '@wherry')) {
    if (!name.startsWith('@')) symlinkSync(join(from, name), join(to, name));
    else {
      mkdirSync(join(to, name));
      for (const inner of readdirSync(join(from, name))) symlinkSync(join(from, name, inner), join(to, name, inner));
    }
  }
  for (const name of ['agent', 'protocol']) symlinkSync(join(folder, name), join(to, '@wherry', name));
}
