import type { Database } from 'better-sqlite3';

/** Bytes that this device downloaded, by month (UTC), type of link and purpose. */
export interface LinkUsage {
  /** Call inside a transaction. */
  add(month: string, link: LinkType, purpose: DownloadPurpose, bytes: number): void;
  spentBytes(month: string, link: LinkType): number;
}

export type LinkType = 'metered' | 'unmetered';
export type DownloadPurpose = 'blob' | 'release';

export interface LinkUsageRow {
  readonly month: string;
  readonly link: LinkType;
  readonly purpose: DownloadPurpose;
  readonly bytes: number;
}

const MONTHS_KEPT = 13;

export function createLinkUsage(db: Database): LinkUsage {
  const add = db.prepare(
    'INSERT INTO link_usage (month, link, purpose, bytes) VALUES (?, ?, ?, ?) ' +
      'ON CONFLICT (month, link, purpose) DO UPDATE SET bytes = bytes + excluded.bytes',
  );
  const forgetOld = db.prepare(
    'DELETE FROM link_usage WHERE month NOT IN (SELECT DISTINCT month FROM link_usage ORDER BY month DESC LIMIT ?)',
  );
  const spent = db.prepare<[string, string], { bytes: number }>(
    'SELECT coalesce(sum(bytes), 0) AS bytes FROM link_usage WHERE month = ? AND link = ?',
  );
  return {
    add(month, link, purpose, bytes) {
      add.run(month, link, purpose, bytes);
      forgetOld.run(MONTHS_KEPT);
    },
    spentBytes: (month, link) => spent.get(month, link)?.bytes ?? 0,
  };
}

/** Of a database that an older agent may have left: without its table there is nothing. */
export function readLinkUsage(db: Database): readonly LinkUsageRow[] {
  const hasTable = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'link_usage'").get() !== undefined;
  if (!hasTable) return [];
  return db
    .prepare<[], LinkUsageRow>('SELECT month, link, purpose, bytes FROM link_usage ORDER BY month DESC, link, purpose')
    .all();
}
