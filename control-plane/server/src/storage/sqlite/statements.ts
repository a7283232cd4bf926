import type Sqlite from 'better-sqlite3';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

const STATEMENTS_KEPT = 256;

/**
 * Keeps compiled statements by their text, the least used given up first. `begin` becomes `begin immediate`: a transaction takes
 * the write lock when it starts, where it can wait, and not in its middle, where SQLite would have to fail it.
 */
export function cacheStatements(database: Sqlite.Database): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(text) {
      const wanted = text === 'begin' ? 'begin immediate' : text;
      const statement = kept.get(wanted) ?? (database.prepare(wanted) as unknown as SqliteStatement);
      kept.delete(wanted);
      // A schema change is rare and must not run on a plan of before.
      if (!/^(create|alter|drop)\b/i.test(wanted)) kept.set(wanted, statement);
      const oldest = kept.keys().next();
      if (kept.size > STATEMENTS_KEPT && !oldest.done) kept.delete(oldest.value);
      return statement;
    },
  };
}
