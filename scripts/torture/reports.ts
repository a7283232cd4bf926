import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { WrittenRow } from './device-disk.ts';

/** Every report that devices ever wrote, against what the control plane has stored. It must not run. */
export interface ReportFindings {
  readonly written: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
}

export function compareReports(serverDir: string, written: ReadonlyMap<string, readonly WrittenRow[]>): ReportFindings {
  const db = new DatabaseSync(join(serverDir, 'wherry.db'));
  const lost: string[] = [];
  const doubled: string[] = [];
  for (const [device, rows] of written) {
    const isStored = storedNumbers(db, device);
    const told = countOf(storedEvents(db, device));
    for (const { boot, seq, entry } of rows)
      if (!isStored(boot, seq)) lost.push(`${device} ${boot.slice(0, 8)} ${seq}: ${entry.slice(0, 160)}`);
    // No outbox comes near its bound here: a device that gave numbers up has lost what was in them.
    for (const event of told.keys()) if (event.includes(' outbox_dropped ')) lost.push(`${device} event ${event}`);
    for (const [event, count] of countOf(rows.flatMap(eventKey))) {
      const stored = told.get(event) ?? 0;
      if (stored < count) lost.push(`${device} event ${event}`);
      if (stored > count) doubled.push(`${device} event ${event}: ${stored} times`);
    }
  }
  db.close();
  const count = [...written.values()].reduce((sum, rows) => sum + rows.length, 0);
  return { written: count, lost, doubled };
}

function storedNumbers(db: DatabaseSync, device: string): (boot: string, seq: number) => boolean {
  const boots = db.prepare('SELECT boot, up_to FROM received_boot WHERE device = ?').all(device);
  const upTo = new Map(boots.map((row) => [String(row.boot), Number(row.up_to)]));
  const runs = db.prepare('SELECT boot, first_seq, seq FROM received_run WHERE device = ?').all(device);
  return (boot, seq) =>
    seq <= (upTo.get(boot) ?? 0) ||
    runs.some((run) => run.boot === boot && Number(run.first_seq) <= seq && seq <= Number(run.seq));
}

function storedEvents(db: DatabaseSync, device: string): string[] {
  const rows = db.prepare('SELECT at_ms, name, message FROM device_event WHERE device = ?').all(device);
  return rows.map(({ at_ms, name, message }) => `${at_ms} ${name} ${message}`);
}

function eventKey({ atMs, entry }: WrittenRow): string[] {
  const { kind, body } = JSON.parse(entry) as { kind: string; body?: { type: string; name: string; message: string } };
  return kind === 'report' && body?.type === 'event' ? [`${atMs} ${body.name} ${body.message}`] : [];
}

function countOf(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
