import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { restore } from '../core/lifecycle/state.ts';
import { statusOf } from '../core/lifecycle/status.ts';
import { expectOk } from '../shell/expect-ok.ts';
import { DATABASE_FILE } from '../store/database.ts';
import { readLinkUsage } from '../store/link-usage.ts';
import { isFolderLocked } from '../store/lock.ts';
import { readIdentity } from '../store/provisioning.ts';
import { readRecord } from '../store/record-schema.ts';
import { readTls } from '../store/tls-files.ts';
import { needed, parseOptions } from './usage-error.ts';

/** `wherry-agent status`: reads what is saved; asks nobody, changes nothing, works beside a running agent. */
export async function statusCommand(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, { data: { type: 'string' }, json: { type: 'boolean' } });
  const status = readStatus(needed(options.data, 'data'));
  process.stdout.write(options.json === true ? `${JSON.stringify(status)}\n` : asText(status));
}

type Status = ReturnType<typeof readStatus>;

export function readStatus(folder: string) {
  const { tenant, device, target, serverUrl } = expectOk(readIdentity(folder));
  return {
    device: `${tenant}/${device}`,
    target,
    server: serverUrl,
    certificateUntilMs: certificateUntilMs(folder),
    running: isFolderLocked(folder),
    ...readDatabase(join(folder, DATABASE_FILE)),
  };
}

/** Null where the device signs in with a secret. */
function certificateUntilMs(folder: string): number | null {
  const tls = expectOk(readTls(folder));
  return tls === null ? null : +new X509Certificate(tls.cert).validToDate;
}

function readDatabase(path: string) {
  if (!existsSync(path)) return { generation: null, outbox: 0, workloads: [], downloads: [] };
  const db = new Database(path, { readonly: true, timeout: 5_000 });
  try {
    const generation = db.prepare<[], { generation: number }>('SELECT generation FROM desired').get()?.generation;
    const outbox = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM outbox').get()?.n ?? 0;
    const rows = db.prepare<[], { record: string }>('SELECT record FROM deployments ORDER BY app').all();
    const workloads = rows.flatMap((row) => {
      const record = readRecord(row.record);
      if (record === null) return [];
      const { restarts: _counted, ...status } = statusOf(restore(record));
      const good = record.good?.workload;
      return [{ ...status, lastGood: good === undefined ? null : { version: good.version, release: good.release } }];
    });
    return { generation: generation ?? null, outbox, workloads, downloads: readLinkUsage(db) };
  } finally {
    db.close();
  }
}

function asText(status: Status): string {
  const lines = [
    `device      ${status.device} (${status.target})`,
    `server      ${status.server}`,
    ...(status.certificateUntilMs === null
      ? []
      : [`certificate until ${new Date(status.certificateUntilMs).toISOString()}`]),
    `agent       ${status.running ? 'runs' : 'does not run'}`,
    `generation  ${status.generation ?? 'none yet'}`,
    `to report   ${status.outbox}`,
    ...status.downloads.map((d) => `downloaded  ${d.month}  ${d.link}  ${d.purpose}  ${d.bytes} bytes`),
    ...status.workloads.map(
      (w) => `${w.app}  ${w.version}  ${w.state}${w.code === undefined ? '' : `  ${w.code}: ${w.message}`}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
