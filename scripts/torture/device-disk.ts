import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The disk of a device whose agent does not run, read and written behind its back. */
export interface DiskFacts {
  readonly generation: number;
  /** Of the app's last good release; 0: none. */
  readonly confirmedCounter: number;
  readonly phase: string | null;
  readonly version: string | null;
}

export interface WrittenRow {
  readonly boot: string;
  readonly seq: number;
  /** JSON of the entry, with the time it was written. */
  readonly atMs: number;
  readonly entry: string;
}

function open(folder: string): DatabaseSync {
  // An agent that becomes another closes it, which locks it for a moment.
  return new DatabaseSync(join(folder, 'state.db'), { timeout: 10_000 });
}

function within<T>(folder: string, work: (db: DatabaseSync) => T): T {
  const db = open(folder);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/** From now on each report that the agent commits leaves a copy that no acknowledgement removes. */
export function installWitness(folder: string): void {
  within(folder, (db) =>
    db.exec(`
      CREATE TABLE witness (boot TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, entry TEXT NOT NULL);
      CREATE TRIGGER witness_outbox AFTER INSERT ON outbox BEGIN
        INSERT INTO witness VALUES (new.boot, new.seq, new.at_ms, new.entry);
      END;
    `),
  );
}

export function readWitness(folder: string): readonly WrittenRow[] {
  return within(folder, (db) =>
    db.prepare('SELECT boot, seq, at_ms AS atMs, entry FROM witness').all(),
  ) as unknown as readonly WrittenRow[];
}

export function readOutboxRows(folder: string): number {
  return within(folder, (db) => Number(db.prepare('SELECT count(*) AS n FROM outbox').get()?.n));
}

export function readFacts(folder: string, app: string): DiskFacts {
  return within(folder, (db) => {
    const generation = Number(db.prepare('SELECT generation FROM desired').get()?.generation ?? 0);
    const text = db.prepare('SELECT record FROM deployments WHERE app = ?').get(app)?.record;
    const record = text === undefined ? null : JSON.parse(String(text));
    return {
      generation,
      confirmedCounter: record?.good?.facts.releaseCounter ?? 0,
      phase: record?.phase ?? null,
      version: record?.target.workload.version ?? null,
    };
  });
}

/** As an agent would that collects what it still needs. */
export function loseReleases(folder: string): void {
  for (const name of ['blobs', 'releases']) rmSync(join(folder, name), { recursive: true, force: true });
}

/** As an outbox would that empties itself. Answers how many rows. */
export function loseReports(folder: string): number {
  return within(folder, (db) => Number(db.prepare('DELETE FROM outbox').run().changes));
}

/** As an outbox would that numbers a report anew. Answers whether there was an event to double. */
export function doubleReport(folder: string): boolean {
  return within(folder, (db) => {
    // In the first life nothing has been written down yet.
    if (db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'witness'").get() === undefined) return false;
    const told = db.prepare(`SELECT at_ms, entry FROM witness WHERE entry ->> '$.body.type' = 'event' LIMIT 1`).get();
    if (told === undefined) return false;
    const boot = randomBytes(16).toString('hex');
    db.prepare("INSERT INTO outbox (boot, seq, first_seq, at_ms, sort, entry) VALUES (?, 1, 1, ?, 'event', ?)").run(
      boot,
      Number(told.at_ms),
      String(told.entry),
    );
    db.prepare('DELETE FROM witness WHERE boot = ?').run(boot);
    return true;
  });
}

/** As an agent would that takes an older desired state. */
export function lowerGeneration(folder: string): boolean {
  return within(
    folder,
    (db) => Number(db.prepare('UPDATE desired SET generation = generation - 1 WHERE generation > 1').run().changes) > 0,
  );
}

/** A device whose disk was changed for an empty one: it has its identity, and what it told is told. */
export function emptyDevice(folder: string): void {
  within(folder, (db) =>
    db.exec('DELETE FROM deployments; DELETE FROM desired; DELETE FROM quarantine; DELETE FROM kv; DELETE FROM meta'),
  );
  for (const name of ['blobs', 'releases', 'data', 'desired.json', 'good.json'])
    rmSync(join(folder, name), { recursive: true, force: true });
}
