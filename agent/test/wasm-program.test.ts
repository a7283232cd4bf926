import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Trigger } from '@wherry/protocol';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Instance } from '../src/runtimes/port.ts';
import { recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { workload } from '../src/runtimes/testing/workload.ts';
import { folder } from './wasm/compile.ts';
import { runtime } from './wasm/start.ts';

/**
 * A program of 250,000 lines that nobody here wrote: SQLite, from the sources that better-sqlite3 brings along, compiled to WASI
 * preview 1. It keeps a real database in its data folder, over triggers, restarts and a full disk. The native SQLite is the judge.
 */
const Database = createRequire(import.meta.url)('better-sqlite3') as typeof import('better-sqlite3');
const sources = join(dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json')), 'deps', 'sqlite3');
const WITHOUT = [
  'THREADSAFE=0',
  'OS_OTHER=1',
  'OMIT_LOAD_EXTENSION',
  'OMIT_WAL',
  'TEMP_STORE=3',
  'DEFAULT_MEMSTATUS=0',
];
const MIB = 1024 * 1024;
const module = join(folder, 'sqlite.wasm');
const HTTP: Trigger[] = [{ on: 'http', path: '/sql', methods: ['POST'] }];

beforeAll(() => {
  const options = WITHOUT.map((option) => `-DSQLITE_${option}`);
  const files = [join(sources, 'sqlite3.c'), resolve(import.meta.dirname, 'wasm', 'sqlite.c')];
  execFileSync('clang', ['--target=wasm32-wasi', '-O1', '-w', ...options, '-I', sources, ...files, '-o', module]);
}, 400_000);

async function open(dataPath: string, dataBytes = 8 * MIB): Promise<Instance> {
  const limits = { memoryBytes: 32 * MIB, wallMs: 60_000, cpuShare: 4 };
  const capabilities = { dataBytes };
  const spec = workload(module, { abi: 'wasi-p1', triggers: HTTP, capabilities, limits, dataPath });
  const outcome = await runtime.start(spec, recordingHost());
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  onTestFinished(() => outcome.value.stop(0));
  return outcome.value;
}

async function sql(instance: Instance, script: string): Promise<string> {
  const body = Buffer.from(script);
  const request = { on: 'http', method: 'POST', path: '/sql', query: '', headers: {}, body } as const;
  const outcome = await instance.call(request);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return Buffer.from(outcome.value.answer?.body ?? []).toString();
}

const FILL = `
  create table reading(id integer primary key, sensor text, value real, at text);
  with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
    insert into reading select i, 's' || (i % 7), (i * 7919 % 1000) / 10.0, datetime(1700000000 + i * 60, 'unixepoch') from n;
  create index by_sensor on reading(sensor, value);`;
const ASK = `
  select sensor, count(*), round(avg(value), 3), max(value), min(at) from reading group by sensor order by sensor;
  select json_group_array(json_object('h', h, 'n', n)) from (select strftime('%H', at) h, count(*) n from reading group by h order by h limit 5);
  select sum(value) over (order by id rows between 2 preceding and current row) from reading where id < 8;`;

describe('SQLite as a guest', () => {
  it('keeps a database that native SQLite reads, and answers as native SQLite does', async () => {
    const dataPath = mkdtempSync(join(tmpdir(), 'wherry-sqlite-'));
    const first = await open(dataPath);
    expect(await sql(first, FILL)).toBe('');
    await first.stop(1_000);
    const answer = await sql(await open(dataPath), ASK);
    const native = new Database(join(dataPath, 'log.db'), { readonly: true });
    const expected = ASK.split(';')
      .filter((statement) => statement.trim() !== '')
      .flatMap((statement) => native.prepare(statement).raw().all() as unknown[][]);
    const integrity = native.pragma('integrity_check', { simple: true });
    native.close();
    expect(integrity).toBe('ok');
    const rows = answer.trim().split('\n');
    expect(rows).toHaveLength(expected.length);
    expect(rows.map((row) => row.split('|').map(comparable))).toEqual(expected.map((row) => row.map(comparable)));
  });

  it('rolls back when its data folder is full, and its database stays whole', async () => {
    const dataPath = mkdtempSync(join(tmpdir(), 'wherry-sqlite-'));
    const instance = await open(dataPath, 256 * 1024);
    await sql(instance, 'create table t(x); insert into t values (zeroblob(1000));');
    const flood =
      'with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000) insert into t select zeroblob(1000) from n;';
    expect(await sql(instance, flood)).toMatch(/error: .*(full|disk)/);
    expect(await sql(instance, 'select count(*) from t; pragma integrity_check;')).toBe('1\nok\n');
    expect(statSync(join(dataPath, 'log.db')).size).toBeLessThanOrEqual(256 * 1024);
    expect(
      existsSync(join(dataPath, 'log.db-journal')) ? readFileSync(join(dataPath, 'log.db-journal')).length : 0,
    ).toBe(0);
  });
});

/** "1.0" and "1" are the same number; SQLite prints 15 digits. */
function comparable(value: unknown): unknown {
  const text = String(value);
  return text !== '' && !Number.isNaN(Number(text)) ? Number(Number(text).toPrecision(12)) : text;
}
