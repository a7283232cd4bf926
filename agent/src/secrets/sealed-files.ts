import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { digest, LIMITS, sealedSecret, secretName, secretVersion } from '@wherry/protocol';
import { z } from 'zod';
import type { Effects } from '../shell/effects.ts';
import { makeFolder, readIfThere, replaceFile } from '../store/files.ts';

/**
 * What is sealed to this device, a file for each app. Nothing in it can be read without the key. `version` is the highest that was ever
 * held under the name, and stays when the secret is taken away: an older one is never taken again (rule A3).
 */
const held = z.strictObject({
  version: secretVersion,
  /** Null: taken away. */
  sealed: z.strictObject({ digest, secret: sealedSecret }).nullable(),
});
const file = z.record(secretName, held);

export type Held = z.infer<typeof held>;
export type HeldByName = Readonly<Record<string, Held>>;

/** Names that were taken away are remembered up to this many. */
export const NAMES_KEPT_MAX = 16 * LIMITS.secretsPerRelease;

export interface SealedFiles {
  /** Of which there is a file. */
  apps(): readonly string[];
  read(app: string): HeldByName;
  write(app: string, held: HeldByName): void;
}

export function createSealedFiles(folder: string, effects: Effects): SealedFiles {
  const path = (app: string) => join(folder, `${app}.json`);
  return {
    apps: () => (existsSync(folder) ? readdirSync(folder).flatMap((name) => /^(.+)\.json$/.exec(name)?.[1] ?? []) : []),
    read(app) {
      const text = readIfThere(path(app));
      if (text === null) return {};
      try {
        const parsed = file.safeParse(JSON.parse(text));
        return parsed.success ? parsed.data : {};
      } catch {
        // What a disk made of it is fetched again.
        return {};
      }
    },
    write(app, held) {
      if (!existsSync(folder)) makeFolder(effects, folder);
      replaceFile(effects, path(app), JSON.stringify(held));
    },
  };
}
