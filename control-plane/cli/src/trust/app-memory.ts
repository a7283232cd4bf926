import type { PublisherDocument } from '@wherry/protocol';
import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { type KnownApp, learn } from './known-app.ts';
import { type KnownPlace, readKnown } from './known-repository.ts';
import { remember } from './sight.ts';

/** What this machine knows of the apps of a repository: it learns from each role that verifies, and writes it down. */
export interface AppMemory {
  of(app: string): KnownApp | undefined;
  /** Roles that were read and verified by this command. */
  readonly verified: ReadonlyMap<string, PublisherDocument>;
  learn(app: string, document: PublisherDocument): Promise<void>;
}

export async function openAppMemory(
  shell: Shell,
  command: Command,
  place: KnownPlace,
  isRestored: boolean,
): Promise<AppMemory> {
  const apps = new Map(Object.entries((await readKnown(place))?.apps ?? {}));
  const verified = new Map<string, PublisherDocument>();
  return {
    verified,
    of: (app) => apps.get(app),
    async learn(app, document) {
      verified.set(app, document);
      const before = apps.get(app);
      const next = learn(before, document, isRestored);
      if (JSON.stringify(next) === JSON.stringify(before)) return;
      apps.set(app, next);
      // As it is now: others may have written meanwhile. Without a record there is nothing that this belongs to.
      const known = await readKnown(place);
      if (known !== null) await remember(shell, command, place, { ...known, apps: { ...known.apps, [app]: next } });
    },
  };
}
