import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');

/** Files of the repository as git sees them (tracked, or new and not ignored), so that build output never counts. */
export function listFiles(pattern: RegExp): string[] {
  const out = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return [...new Set(out.split('\n'))].filter((path) => pattern.test(path) && existsSync(resolve(ROOT, path))).sort();
}

export function readSource(path: string): string {
  return readFileSync(resolve(ROOT, path), 'utf8');
}

/** Source without comments and string contents: what a pattern may look for words in. */
export function stripCommentsAndStrings(source: string): string {
  return source.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|\$\{[^}]*\}|[^`\\])*`/g,
    (match) => (match.startsWith('`') ? (match.match(/\$\{[^}]*\}/g) ?? []).join(' ') : ''),
  );
}
