import { existsSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Effects } from '../shell/effects.ts';
import { makeFolder, readIfThere, removePath, syncFolder, writeSynced } from '../store/files.ts';
import { VERSIONS_FOLDER } from './launched.ts';

/**
 * The versions of the agent below its data folder, and which of them is to run:
 * `versions/NAME/` complete ones · `current` → the confirmed one (none: the one installed by hand) · `next` "NAME SECONDS": the one
 * on trial, and how long a start of it may stay unconfirmed · `tries` starts of it so far · `failed` the last one that was put back.
 * Each change is one rename, so that the launcher finds the state before it or after it. Until `next` has become `current`, going
 * back is nothing but taking `next` away.
 */
export interface Place {
  /** Name of the confirmed version; null: the one that was installed by hand. */
  current(): string | null;
  trial(): Trial | null;
  /** The version that was put back last. */
  failed(): { readonly name: string; readonly tries: number } | null;
  has(name: string): boolean;
  path(name: string): string;
  /** An empty folder that is to become the version. */
  begin(name: string): string;
  complete(name: string): void;
  /** The next start is of this version. */
  arm(trial: Trial): void;
  confirm(name: string): void;
  /** The next start is of the confirmed version again. */
  putBack(): void;
  forgetFailed(): void;
  /** Removes every version that `isKept` does not claim, and what a crash left unfinished. */
  collect(isKept: (name: string) => boolean): void;
}

export interface Trial {
  readonly name: string;
  readonly limitSeconds: number;
}

const UNFINISHED = '.new';

export function openPlace(home: string, effects: Effects): Place {
  const versions = join(home, VERSIONS_FOLDER);
  const inHome = (name: string) => join(home, name);
  const path = (name: string) => join(versions, name);

  /** `to` is there with all of its content, or as it was. */
  function rename(step: string, from: string, to: string): void {
    effects.run(step, () => renameSync(inHome(from), inHome(to)));
    effects.run('folder.sync', () => syncFolder(home));
  }

  return {
    current: () => readVersionLink(inHome('current')),
    trial: () => parseTrial(readIfThere(inHome('next'))),
    failed() {
      const name = parseTrial(readIfThere(inHome('failed')))?.name;
      const tries = Number.parseInt(readIfThere(inHome('tries')) ?? '', 10);
      return name === undefined ? null : { name, tries: Number.isNaN(tries) ? 0 : tries };
    },
    has: (name) => existsSync(path(name)),
    path,
    begin(name) {
      removePath(effects, path(name) + UNFINISHED);
      makeFolder(effects, path(name) + UNFINISHED);
      return path(name) + UNFINISHED;
    },
    complete(name) {
      effects.run('update.keep', () => renameSync(path(name) + UNFINISHED, path(name)));
      effects.run('folder.sync', () => syncFolder(versions));
    },
    arm({ name, limitSeconds }) {
      removePath(effects, inHome('tries'));
      writeSynced(effects, inHome('next.new'), Buffer.from(`${name} ${limitSeconds}\n`));
      rename('update.arm', 'next.new', 'next');
    },
    confirm(name) {
      effects.run('update.link', () => {
        rmSync(inHome('current.new'), { force: true });
        symlinkSync(join(VERSIONS_FOLDER, name), inHome('current.new'));
      });
      rename('update.confirm', 'current.new', 'current');
      for (const file of ['next', 'tries', 'failed']) removePath(effects, inHome(file));
    },
    putBack() {
      if (existsSync(inHome('next'))) rename('update.putBack', 'next', 'failed');
    },
    forgetFailed: () => removePath(effects, inHome('failed')),
    collect(isKept) {
      if (!existsSync(versions)) return;
      for (const name of readdirSync(versions)) if (!isKept(name)) removePath(effects, path(name));
    },
  };
}

function parseTrial(text: string | null): Trial | null {
  const [, name, seconds] = /^([0-9A-Za-z.-]{1,100}) ([0-9]{1,6})\n?$/.exec(text ?? '') ?? [];
  return name === undefined || seconds === undefined ? null : { name, limitSeconds: Number(seconds) };
}

function readVersionLink(path: string): string | null {
  try {
    return /^versions\/([0-9A-Za-z.-]{1,100})$/.exec(readlinkSync(path))?.[1] ?? null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EINVAL') return null;
    throw error;
  }
}
