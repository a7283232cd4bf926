import { existsSync } from 'node:fs';
import { WherryError } from '@wherry/protocol';
import SqliteDatabase, { type Database } from 'better-sqlite3';

/**
 * Makes the database of a newer agent into one of this agent, in one transaction: its own tables with the newer one's rows, so that
 * generation (rule A3), outbox, quarantine and what guests stored are those of the last moment, not of the update. Only a table that
 * lacks a column is taken from the snapshot. Tables that this agent does not know go: the newer agent makes them again.
 */
export function bringBack(db: Database, migrations: readonly string[], snapshot: string): void {
  const own = schemaOf(migrations);
  const hasSnapshot = existsSync(snapshot);
  if (hasSnapshot) db.prepare('ATTACH ? AS snapshot').run(snapshot);
  try {
    db.transaction(() => {
      dropAll(db, 'view');
      dropAll(db, 'trigger');
      const newer = namesOf(db, 'main', 'table');
      for (const name of newer) db.exec(`ALTER TABLE ${quote(name)} RENAME TO ${quote(name + ASIDE)}`);
      for (const { name, sql, columns } of own.tables) {
        db.exec(sql);
        const source = sourceOf(db, name, columns, hasSnapshot);
        const list = columns.map(quote).join(', ');
        db.exec(`INSERT OR IGNORE INTO ${quote(name)} (${list}) SELECT ${list} FROM ${source}`);
      }
      for (const name of newer) db.exec(`DROP TABLE ${quote(name + ASIDE)}`);
      for (const sql of own.indexes) db.exec(sql);
      db.pragma(`user_version = ${migrations.length}`);
    }).immediate();
  } finally {
    if (hasSnapshot) db.exec('DETACH snapshot');
  }
}

const ASIDE = '__newer';

interface OwnTable {
  readonly name: string;
  readonly sql: string;
  readonly columns: readonly string[];
}

function schemaOf(migrations: readonly string[]): { readonly tables: OwnTable[]; readonly indexes: string[] } {
  const empty = new SqliteDatabase(':memory:');
  try {
    for (const sql of migrations) empty.exec(sql);
    const tables = namesOf(empty, 'main', 'table').map((name) => ({
      name,
      sql: String(empty.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(name)),
      columns: columnsOf(empty, 'main', name),
    }));
    const written = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    return { tables, indexes: empty.prepare<[], string>(written).pluck().all() };
  } finally {
    empty.close();
  }
}

function sourceOf(db: Database, name: string, columns: readonly string[], hasSnapshot: boolean): string {
  const holds = (schema: string, table: string) => {
    const found = new Set(columnsOf(db, schema, table));
    return columns.every((column) => found.has(column));
  };
  if (holds('main', name + ASIDE)) return `main.${quote(name + ASIDE)}`;
  if (hasSnapshot && holds('snapshot', name)) return `snapshot.${quote(name)}`;
  throw new WherryError(
    'storage_damaged',
    `the data folder was written by a newer agent, whose table ${name} this one cannot read: install that agent again`,
  );
}

function dropAll(db: Database, type: 'view' | 'trigger'): void {
  for (const name of namesOf(db, 'main', type)) db.exec(`DROP ${type.toUpperCase()} ${quote(name)}`);
}

function namesOf(db: Database, schema: string, type: 'table' | 'view' | 'trigger'): string[] {
  const query = `SELECT name FROM ${schema}.sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`;
  return db.prepare<[string], string>(query).pluck().all(type);
}

function columnsOf(db: Database, schema: string, table: string): string[] {
  return db
    .prepare<[string, string], string>('SELECT name FROM pragma_table_info(?, ?) ORDER BY cid')
    .pluck()
    .all(table, schema);
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
