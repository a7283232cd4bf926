import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sha256 } from './disk-image.ts';

/**
 * What a data folder means to the agent that will start on it, without what differs from run to run: times, words, and what is
 * still to be told. Two instants with the same meaning lead to the same future.
 */
export interface DiskMeaning {
  readonly schema: number;
  readonly generation: number | null;
  readonly records: readonly unknown[];
  readonly quarantine: readonly unknown[];
  readonly files: readonly string[];
}

const FOLDERS = ['', 'blobs', 'blobs/partial', 'releases'] as const;
/** Written once, before the agent runs; or not part of its state. */
const IGNORED = /^(identity\.json|agent\.json|lock|state\.db.*|probe)$/;

export function readMeaning(folder: string): DiskMeaning {
  const files = FOLDERS.flatMap((name) => filesOf(folder, name)).sort();
  if (!existsSync(join(folder, 'state.db'))) return { schema: 0, generation: null, records: [], quarantine: [], files };
  const db = new Database(join(folder, 'state.db'), { readonly: true });
  try {
    const schema = Number(db.pragma('user_version', { simple: true }));
    if (schema === 0) return { schema, generation: null, records: [], quarantine: [], files };
    const generation =
      db.prepare<[], { generation: number }>('SELECT generation FROM desired').get()?.generation ?? null;
    const rows = db.prepare<[], { record: string }>('SELECT record FROM deployments ORDER BY app').all();
    const quarantine = db.prepare('SELECT release, attempt, code FROM quarantine ORDER BY release').all();
    return { schema, generation, records: rows.map(({ record }) => essence(record)), quarantine, files };
  } finally {
    db.close();
  }
}

/** Equal for two disks that have one future. */
export function keyOf(meaning: DiskMeaning): string {
  return sha256(JSON.stringify(meaning));
}

function essence(text: string): unknown {
  const { sinceMs: _at, transitions: _count, verdict, ...record } = JSON.parse(text);
  return sorted({ ...record, verdict: verdict?.code ?? null });
}

/** The order of keys tells only whether a record was read from the disk before. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

function filesOf(folder: string, name: string): string[] {
  const path = join(folder, name);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile() || IGNORED.test(entry.name)) return [];
    return [`${name}/${entry.name} ${sha256(readFileSync(join(path, entry.name)))}`];
  });
}

/** Paths and values; none when both mean the same. */
export function differences(found: unknown, end: unknown, path = ''): readonly string[] {
  if (JSON.stringify(found) === JSON.stringify(end)) return [];
  if (!isTree(found) || !isTree(end)) return [`${path} is ${JSON.stringify(found)} and not ${JSON.stringify(end)}`];
  const keys = [...new Set([...Object.keys(found), ...Object.keys(end)])];
  return keys.flatMap((key) => differences(found[key], end[key], `${path}/${key}`));
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** What no instant may break, compared with the one before the life: rules A2 and A3. */
export function brokenRules(before: DiskMeaning, now: DiskMeaning): readonly string[] {
  const files = new Set(now.files.map((name) => name.split(' ')[0]));
  const broken: string[] = [];
  if ((now.generation ?? 0) < (before.generation ?? 0)) broken.push(`A3 ${before.generation} → ${now.generation}`);
  for (const { good } of now.records as readonly { good: Good | null }[]) {
    const digest = good?.facts.variants[good.variantAt]?.artifact?.digest;
    if (digest !== undefined && !files.has(`blobs/${digest.slice('sha256:'.length)}`)) broken.push(`A2 ${digest}`);
  }
  return broken;
}

interface Good {
  readonly variantAt: number;
  readonly facts: { readonly variants: readonly { readonly artifact: { readonly digest: string } | null }[] };
}

/** Rule O3: from the oldest row of a boot to its newest, each number belongs to exactly one row. */
export function outboxGaps(folder: string): readonly string[] {
  const db = new Database(join(folder, 'state.db'), { readonly: true });
  try {
    const hasOutbox = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'outbox'").get() !== undefined;
    if (!hasOutbox) return [];
    const rows = db
      .prepare<[], { boot: string; seq: number; first_seq: number }>(
        'SELECT boot, seq, first_seq FROM outbox ORDER BY id',
      )
      .all();
    return [...Map.groupBy(rows, ({ boot }) => boot)].flatMap(([boot, own]) =>
      own.flatMap((row, at) => {
        const before = own[at - 1];
        return before !== undefined && row.first_seq !== before.seq + 1
          ? [`${boot} ${before.seq}→${row.first_seq}`]
          : [];
      }),
    );
  } finally {
    db.close();
  }
}
