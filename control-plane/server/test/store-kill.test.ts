import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteStore } from '../src/storage/sqlite/open-sqlite-store.ts';

const WRITER = fileURLToPath(new URL('./support/store-writer.ts', import.meta.url));
const ROUNDS = 5;
const BATCHES_BEFORE_KILL = 40;

let folder: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-kill-'));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** The writer says a number after the transaction that holds it; what it said must be there after it was killed. */
async function writeUntilKilled(path: string): Promise<number> {
  child = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (!child.stdout) throw new Error('the writer has no output');
  const ended = once(child, 'exit');
  let acknowledged = 0;
  let batches = 0;
  for await (const line of createInterface(child.stdout)) {
    acknowledged = Number(line);
    if (++batches === BATCHES_BEFORE_KILL) child.kill('SIGKILL');
  }
  const [, signal] = await ended;
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}

test('C1: whatever was acknowledged before a kill -9 is stored, numbers and events together', async () => {
  const path = join(folder, 'wherry.db');
  for (let round = 0; round < ROUNDS; round++) {
    const acknowledged = await writeUntilKilled(path);
    const store = await openSqliteStore(path);
    const [received] = await store.received.contiguous('default', [{ device: 'pi-1', boot: 'b'.repeat(32) }]);
    const { items } = await store.deviceEvents.list('default', 'pi-1', { limit: 1 });
    await store.close();
    expect(acknowledged).toBeGreaterThan(0);
    expect(received?.upTo).toBeGreaterThanOrEqual(acknowledged);
    // Both are of one transaction: neither is ever ahead of the other.
    expect(items[0]?.message).toBe(String(received?.upTo));
  }
});
