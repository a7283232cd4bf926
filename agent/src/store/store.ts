import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Envelope } from '@wherry/protocol';
import type { HostServices } from '../runtimes/port.ts';
import type { Effects } from '../shell/effects.ts';
import { type BlobStore, createBlobStore } from './blob-store.ts';
import { openDatabase, transact } from './database.ts';
import { makeFolder, readIfThere, removePath, replaceFile } from './files.ts';
import { createGoodCopy, type GoodCopy } from './good-copy.ts';
import { createGuestKv } from './guest-kv.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createLinkUsage, type LinkUsage } from './link-usage.ts';
import { createOutbox, type StoredOutbox } from './outbox.ts';
import { parseEnvelope } from './parse-envelope.ts';
import { createReleaseFiles, type ReleaseFiles } from './release-files.ts';
import { createSnapshot, type Snapshot } from './snapshot.ts';

/** Everything that an agent keeps in its data folder, but for who it is and whom it trusts (provisioning.ts). */
export interface Store {
  readonly ledger: Ledger;
  readonly outbox: StoredOutbox;
  readonly linkUsage: LinkUsage;
  readonly blobs: BlobStore;
  readonly releases: ReleaseFiles;
  /** Set when the database was damaged: where its file was put. */
  readonly setAside: string | null;
  /** The version of a newer agent's database that this one took over; null: there was none. */
  readonly broughtBackFrom: number | null;
  /** A copy of the database for an older agent that is put back. */
  readonly snapshot: Snapshot;
  /** The folder was in use, and its database is a new one: what is beside it has to be taken back. */
  readonly isLost: boolean;
  /** One atomic write; what is appended to the outbox inside belongs to it. */
  transaction<T>(name: string, action: () => T): T;
  kv(app: string): HostServices['kv'];
  /** A copy of the newest accepted desired state beside the database, from which a lost database is rebuilt. */
  desiredCopy(): Envelope | null;
  copyDesired(sealed: Envelope): void;
  /** The last good releases and what failed here, beside the database too. */
  readonly good: GoodCopy;
  /** Makes the folder. */
  dataPath(app: string): string;
  /** Removes the folders of apps that are not named. */
  collectData(keptApps: ReadonlySet<string>): void;
  close(): void;
}

export interface StoreOptions {
  readonly folder: string;
  readonly boot: string;
  readonly effects: Effects;
  readonly nowMs: () => number;
  readonly outboxRows?: number;
}

export function openStore({ folder, boot, effects, nowMs, outboxRows }: StoreOptions): Store {
  const { db, setAside, isNew, broughtBackFrom } = openDatabase(folder, effects, nowMs());
  const capacity = outboxRows === undefined ? {} : { capacityRows: outboxRows };
  const outbox = createOutbox({ db, effects, boot, nowMs, ...capacity });
  const copyPath = join(folder, 'desired.json');
  const dataFolder = join(folder, 'data');
  const appPath = (app: string) => join(dataFolder, app);
  const ledger = createLedger(db);
  return {
    ledger,
    outbox,
    linkUsage: createLinkUsage(db),
    blobs: createBlobStore(join(folder, 'blobs'), effects),
    releases: createReleaseFiles(join(folder, 'releases'), effects),
    setAside,
    broughtBackFrom,
    snapshot: createSnapshot(db, folder, effects),
    isLost: isNew && existsSync(copyPath),
    good: createGoodCopy(join(folder, 'good.json'), db, ledger, effects),
    transaction(name, action) {
      const before = outbox.mark();
      try {
        return transact(db, effects, name, action);
      } catch (error) {
        outbox.reset(before);
        throw error;
      }
    },
    kv: (app) => createGuestKv(db, effects, app),
    desiredCopy() {
      const text = readIfThere(copyPath);
      return text === null ? null : parseEnvelope(text);
    },
    copyDesired: (sealed) => replaceFile(effects, copyPath, JSON.stringify(sealed)),
    dataPath(app) {
      if (!existsSync(appPath(app))) makeFolder(effects, appPath(app));
      return appPath(app);
    },
    collectData(keptApps) {
      if (!existsSync(dataFolder)) return;
      for (const name of readdirSync(dataFolder)) if (!keptApps.has(name)) removePath(effects, appPath(name));
    },
    close: () => void db.close(),
  };
}
