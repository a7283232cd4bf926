import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WherryError } from '@wherry/protocol';
import Database from 'better-sqlite3';
import { createWasmRuntime } from '../runtimes/wasm/runtime.ts';
import { agentVersion } from '../shell/agent-version.ts';
import { readConfig } from '../shell/config.ts';
import { createEffects } from '../shell/effects.ts';
import { expectOk } from '../shell/expect-ok.ts';
import { DATABASE_FILE } from '../store/database.ts';
import { readIdentity } from '../store/provisioning.ts';
import { openStore } from '../store/store.ts';
import { needed, parseOptions } from './usage-error.ts';

/** `wherry-agent check`: what the running agent asks a new version before it makes way for it. */
export async function checkCommand(args: readonly string[]): Promise<void> {
  const folder = needed(parseOptions(args, { data: { type: 'string' } }).data, 'data');
  expectOk(readConfig(folder));
  const { tenant, device } = expectOk(readIdentity(folder));
  checkDatabase(folder);
  const runtime = expectOk(await createWasmRuntime({ stateDir: folder, runnerPool: 0, cgroup: false }).probe());
  process.stdout.write(
    `${JSON.stringify({ ok: true, device: `${tenant}/${device}`, version: agentVersion(), wasm: runtime.version })}\n`,
  );
}

/** On a copy, as a start would: opened, brought up to this version, every record read. */
function checkDatabase(folder: string): void {
  if (!existsSync(join(folder, DATABASE_FILE))) return;
  const scratch = mkdtempSync(join(tmpdir(), 'wherry-check-'));
  try {
    const db = new Database(join(folder, DATABASE_FILE), { readonly: true, timeout: 5_000 });
    db.prepare('VACUUM INTO ?').run(join(scratch, DATABASE_FILE));
    db.close();
    const store = openStore({ folder: scratch, boot: 'check', effects: createEffects(), nowMs: Date.now });
    const { damaged } = store.ledger.records();
    const isSound = store.setAside === null && damaged.length === 0;
    store.close();
    if (!isSound)
      throw new WherryError(
        'storage_damaged',
        `${join(folder, DATABASE_FILE)} cannot be read by version ${agentVersion()}${damaged.length > 0 ? `: ${damaged.join(', ')}` : ''}`,
      );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
