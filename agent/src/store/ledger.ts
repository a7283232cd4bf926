import type { Envelope } from '@wherry/protocol';
import type { Database } from 'better-sqlite3';
import type { DeploymentRecord } from '../core/lifecycle/state.ts';
import { parseEnvelope } from './parse-envelope.ts';
import { readRecord } from './record-schema.ts';

/** Rows of what was accepted, what is under way and what failed here. Callers wrap writes in a transaction of the store. */
export interface Ledger {
  desired(): AcceptedDesired | null;
  setDesired(accepted: AcceptedDesired): void;
  records(): { readonly records: readonly DeploymentRecord[]; readonly damaged: readonly string[] };
  saveRecord(record: DeploymentRecord): void;
  /** The app's record and what it stored. */
  forget(app: string): void;
  failedAttempt(release: string): number | null;
  quarantine(release: string, attempt: number, code: string, atMs: number): void;
  meta(key: MetaKey): string | null;
  setMeta(key: MetaKey, value: string): void;
}

export interface AcceptedDesired {
  readonly generation: number;
  /** Of the payload bytes. */
  readonly digest: string;
  readonly envelope: Envelope;
}

/** `signedTimeMs`: the highest time that the director has signed. `refusedDesired`: which refusal was told last. */
export type MetaKey = 'signedTimeMs' | 'refusedDesired';

export function createLedger(db: Database): Ledger {
  const desired = db.prepare<[], { generation: number; digest: string; envelope: string }>('SELECT * FROM desired');
  const setDesired = db.prepare(
    'INSERT OR REPLACE INTO desired (id, generation, digest, envelope) VALUES (1, ?, ?, ?)',
  );
  const records = db.prepare<[], { app: string; record: string }>('SELECT app, record FROM deployments ORDER BY app');
  const saveRecord = db.prepare('INSERT OR REPLACE INTO deployments (app, record, transitions) VALUES (?, ?, ?)');
  const forget = ['deployments', 'kv'].map((table) => db.prepare(`DELETE FROM ${table} WHERE app = ?`));
  const failedAttempt = db.prepare<[string], { attempt: number }>('SELECT attempt FROM quarantine WHERE release = ?');
  const quarantine = db.prepare(
    'INSERT INTO quarantine (release, attempt, code, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT (release) DO UPDATE ' +
      'SET attempt = max(attempt, excluded.attempt), code = excluded.code, at_ms = excluded.at_ms',
  );
  const meta = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?');
  const setMeta = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
  return {
    desired() {
      const row = desired.get();
      const envelope = row === undefined ? null : parseEnvelope(row.envelope);
      return row === undefined || envelope === null
        ? null
        : { generation: row.generation, digest: row.digest, envelope };
    },
    setDesired: (accepted) =>
      void setDesired.run(accepted.generation, accepted.digest, JSON.stringify(accepted.envelope)),
    records() {
      const read = records.all().map((row) => ({ app: row.app, record: readRecord(row.record) }));
      return {
        records: read.flatMap(({ record }) => (record === null ? [] : [record])),
        damaged: read.flatMap(({ app, record }) => (record === null ? [app] : [])),
      };
    },
    saveRecord: (record) => void saveRecord.run(record.app, JSON.stringify(record), record.transitions),
    forget(app) {
      for (const statement of forget) statement.run(app);
    },
    failedAttempt: (release) => failedAttempt.get(release)?.attempt ?? null,
    quarantine: (release, attempt, code, atMs) => void quarantine.run(release, attempt, code, atMs),
    meta: (key) => meta.get(key)?.value ?? null,
    setMeta: (key, value) => void setMeta.run(key, value),
  };
}
