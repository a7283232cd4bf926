import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Envelope, envelope } from '@wherry/protocol';
import type { Effects } from '../shell/effects.ts';
import { hexOf } from './blob-store.ts';
import { makeFolder, readIfThere, removePath, replaceFile } from './files.ts';

/** Signed releases as they came, by the digest of their payload. Whoever reads one verifies it again: the file proves itself. */
export interface ReleaseFiles {
  read(digest: string): Envelope | null;
  write(digest: string, sealed: Envelope): void;
  collect(kept: ReadonlySet<string>): void;
}

export function createReleaseFiles(folder: string, effects: Effects): ReleaseFiles {
  if (!existsSync(folder)) makeFolder(effects, folder);
  const path = (digest: string) => join(folder, `${hexOf(digest)}.json`);
  return {
    read(digest) {
      const text = readIfThere(path(digest));
      return text === null ? null : parseEnvelope(text);
    },
    write: (digest, sealed) => replaceFile(effects, path(digest), JSON.stringify(sealed)),
    collect(kept) {
      const names = new Set([...kept].map((digest) => `${hexOf(digest)}.json`));
      for (const name of readdirSync(folder)) if (!names.has(name)) removePath(effects, join(folder, name));
    },
  };
}

/** Null for what is not an envelope. */
export function parseEnvelope(text: string): Envelope | null {
  try {
    const parsed = envelope.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
