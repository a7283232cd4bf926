import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROTOCOL = fileURLToPath(new URL('../../../../protocol/src', import.meta.url));
const OUTPUT = fileURLToPath(new URL('../../../../test-output', import.meta.url));
const PAGE = join(ROOT, 'dist/index.html');
const LOCK = join(OUTPUT, 'dashboard-build.lock');
/** Names the sources that were built here last, and when: a `dist` of another moment was built elsewhere, from who knows what. */
const STAMP = join(OUTPUT, 'dashboard-built');
const SOURCES = ['src', 'public', 'index.html', 'vite.config.ts', 'package.json'].map((name) => join(ROOT, name));

/** Longer than a build takes on a slow machine: whoever held the lock is gone. */
const FORGOTTEN_MS = 120_000;
const LOOK_EVERY_MS = 100;

/**
 * Builds what the server serves, so that a test never looks at an older page. Only where the sources have changed, and one at a time:
 * a build empties the folder from which other test files, at the same time, are being served.
 */
export async function buildDashboard(): Promise<void> {
  mkdirSync(OUTPUT, { recursive: true });
  while (!take(LOCK)) await wait(LOOK_EVERY_MS);
  try {
    const sources = fingerprint([...SOURCES, PROTOCOL]);
    const builtAtMs = pageBuiltAtMs();
    if (builtAtMs !== null && readStamp() === stampOf(sources, builtAtMs)) return;
    await build({ root: ROOT, configFile: `${ROOT}vite.config.ts`, logLevel: 'error' });
    writeFileSync(STAMP, stampOf(sources, pageBuiltAtMs()));
  } finally {
    rmdirSync(LOCK);
  }
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const heldSince = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - heldSince > FORGOTTEN_MS) rmdirSync(lock);
    return false;
  }
}

function pageBuiltAtMs(): number | null {
  return statSync(PAGE, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function stampOf(sources: string, builtAtMs: number | null): string {
  return `${sources} ${builtAtMs}`;
}

function readStamp(): string | null {
  return existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : null;
}

function fingerprint(places: readonly string[]): string {
  const hash = createHash('sha256');
  for (const place of places.filter((path) => existsSync(path)))
    for (const file of filesIn(place)) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

function filesIn(place: string): string[] {
  if (!statSync(place).isDirectory()) return [place];
  const entries = readdirSync(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
