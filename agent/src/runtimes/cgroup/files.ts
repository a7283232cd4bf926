import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of the kernel's cgroup file systems: small texts that are read and written whole. */
export function readText(...path: readonly string[]): string | null {
  try {
    return readFileSync(join(...path), 'utf8').trim();
  } catch {
    return null;
  }
}

export function write(value: string | number, ...path: readonly string[]): void {
  writeFileSync(join(...path), String(value));
}

/** Writes where the kernel has such a file: not every kernel is built with every limit. */
export function writeIfThere(value: string | number, ...path: readonly string[]): void {
  if (existsSync(join(...path))) write(value, ...path);
}

export function readNumber(...path: readonly string[]): number | null {
  const text = readText(...path);
  return text === null || !/^\d+$/.test(text) ? null : Number(text);
}

/** A value of a file with a name and a number on each line. */
export function readField(name: string, ...path: readonly string[]): number | null {
  const match = new RegExp(`^${name} (\\d+)$`, 'm').exec(readText(...path) ?? '');
  return match === null ? null : Number(match[1]);
}

export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true });
}

export function foldersIn(path: string, prefix: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix)).map(({ name }) => name);
  } catch {
    return [];
  }
}

const KILL_ROUNDS = 10;

/** Ends what is in a cgroup, process by process: a process may appear while others are ended, so it is looked at again. */
export function killEach(folder: string): void {
  for (let round = 0; round < KILL_ROUNDS; round++) {
    const pids = (readText(folder, 'cgroup.procs') ?? '').split('\n').filter((pid) => pid !== '' && pid !== '0');
    if (pids.length === 0) return;
    for (const pid of pids) kill(Number(pid));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}

const REMOVE_EVERY_MS = 100;
const REMOVE_TRIES = 50;

/** A cgroup is busy until the last of its processes is gone altogether. */
export function removeSoon(folder: string, tries = REMOVE_TRIES): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || tries === 0) return;
    setTimeout(() => removeSoon(folder, tries - 1), REMOVE_EVERY_MS).unref();
  }
}
