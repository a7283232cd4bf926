import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Effects } from '../../shell/effects.ts';
import {
  makeFolder,
  moveFile,
  readIfThere,
  removePath,
  replaceFile,
  syncFolder,
  writeSynced,
} from '../../store/files.ts';
import { TUF_BOUNDS } from './bounds.ts';
import type { MetadataFiles } from './trusted-set.ts';

/**
 * Where trusted metadata lies: a folder per generation, written whole under another name, synced, renamed; never changed after that.
 * `current` says which counts, and is itself replaced by rename. Two may differ: the `newest` holds everything accepted so far, and
 * stands in the way of older offers; the last `complete` one, of a refresh that went through, is what programs are verified by while
 * nothing can be fetched. The complete one before stays for the day on which a disk has damaged these.
 */
export interface Generations {
  /** In the order in which they are to be tried: newest, complete, the one before; those that cannot be read are left out. */
  read(): Iterable<MetadataFiles>;
  commit(files: MetadataFiles, isComplete: boolean): void;
}

interface Current {
  readonly newest: string | null;
  readonly complete: string | null;
  readonly previous: string | null;
}

const NAME = /^\d{8}$/;
const NOTHING: Current = { newest: null, complete: null, previous: null };
const LARGEST_BYTES = Math.max(TUF_BOUNDS.rootBytes, TUF_BOUNDS.snapshotBytes, TUF_BOUNDS.targetsBytes);
const FILES_MOST = 1024;

export function openGenerations(folder: string, effects: Effects): Generations {
  makeFolder(effects, folder);
  const path = (name: string) => join(folder, name);
  const listed = () => readdirSync(folder);
  const written = () => listed().filter((name) => NAME.test(name));

  function current(): Current {
    const text = readIfThere(path('current'))?.trim() ?? '';
    const names = text.split(' ').map((name) => (NAME.test(name) ? name : null));
    const [newest = null, complete = null, previous = null] = names;
    return names.length === 3 ? { newest, complete, previous } : NOTHING;
  }

  function point(next: Current): void {
    replaceFile(
      effects,
      path('current'),
      `${[next.newest, next.complete, next.previous].map((n) => n ?? '-').join(' ')}\n`,
    );
  }

  function write(files: MetadataFiles): string {
    const highest = Math.max(0, ...written().map(Number));
    const name = String(highest + 1).padStart(8, '0');
    const temporary = path(`${name}.new`);
    removePath(effects, temporary);
    makeFolder(effects, temporary);
    for (const [file, bytes] of files) writeSynced(effects, join(temporary, file), bytes);
    effects.run('folder.sync', () => syncFolder(temporary));
    moveFile(effects, temporary, path(name));
    return name;
  }

  function sweep({ newest, complete, previous }: Current): void {
    const kept = new Set([newest, complete, previous, 'current']);
    for (const name of listed()) if (!kept.has(name)) removePath(effects, path(name));
  }

  return {
    *read() {
      const { newest, complete, previous } = current();
      const others = written().sort().reverse();
      for (const name of new Set([newest, complete, previous, ...others])) {
        const files = name === null ? null : readFolder(path(name));
        if (files !== null) yield files;
      }
    },

    commit(files, isComplete) {
      const before = current();
      const stored = before.newest === null ? null : readFolder(path(before.newest));
      const isSame = stored !== null && areSame(stored, files);
      if (isSame && (!isComplete || before.complete === before.newest)) return;
      const newest = isSame ? before.newest : write(files);
      const next = isComplete
        ? { newest, complete: newest, previous: before.complete ?? before.previous }
        : { ...before, newest };
      point(next);
      sweep(next);
    },
  };
}

function areSame(a: MetadataFiles, b: MetadataFiles): boolean {
  return a.size === b.size && [...a].every(([name, bytes]) => Buffer.compare(bytes, b.get(name) ?? Buffer.of()) === 0);
}

/** Null when it cannot be read as a whole. */
function readFolder(folder: string): MetadataFiles | null {
  try {
    const names = readdirSync(folder);
    if (names.length > FILES_MOST) return null;
    const files = new Map<string, Uint8Array>();
    for (const name of names) {
      const path = join(folder, name);
      if (statSync(path).size > LARGEST_BYTES) return null;
      files.set(name, readFileSync(path));
    }
    return files;
  } catch {
    return null;
  }
}
