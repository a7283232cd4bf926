import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { migrate } from '../migrations/migrate.ts';
import type { Store } from '../port.ts';
import { repositories } from '../sql/repositories.ts';
import type { Tables } from '../sql/tables.ts';
import { SQLITE_DIALECT } from './sqlite-dialect.ts';
import { cacheStatements } from './statements.ts';

/**
 * Opens the database file, made and migrated as needed. `:memory:` is for tests. One connection: a transaction holds it, the
 * others queue. What was committed survives a power cut (`synchronous=FULL`; in WAL mode the default would not: DESIGN §10).
 */
export async function openSqliteStore(path: string): Promise<Store> {
  const database = new Sqlite(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('busy_timeout = 5000');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: cacheStatements(database) }) });
  await migrate(db as Kysely<unknown>, { numbered: (column) => column.primaryKey().autoIncrement() });
  return {
    ...repositories(db, SQLITE_DIALECT),
    transaction: (work) => db.transaction().execute((transaction) => work(repositories(transaction, SQLITE_DIALECT))),
    close: () => db.destroy(),
  };
}
