import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readImage, writeImage } from './sweep/disk-image.ts';
import { readMeaning } from './sweep/disk-meaning.ts';
import { beginLife, liveUntil } from './sweep/life.ts';
import { isAtRest, makeUpdate, type Scenario } from './sweep/scenarios.ts';
import { until } from './until.ts';

/** File systems of the kernel that are full to the last byte, or were made read-only: what ran goes on, nothing is taken in, it is told. */
const isRoot = process.getuid?.() === 0;
if (!isRoot) {
  if (process.env.CI === 'true') throw new Error('mounting file systems needs root, which CI has');
  process.stderr.write('Skipped: real full and read-only file systems, which only root can mount.\n');
}

describe.skipIf(!isRoot)('a data folder that takes nothing', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'wherry-no-space-'));
  let mount: string;
  let scenario: Scenario;
  let folder: string;
  let logged: string[];
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (fields: object) => void logged.push(String(Object(fields).code)),
  };

  beforeEach(async () => {
    logged = [];
    mount = mkdtempSync(join(tmpdir(), 'wherry-mount-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', mount]);
    scenario = await makeUpdate();
    folder = join(mount, 'data');
    mkdirSync(folder);
    writeImage(scenario.begin, folder);
  });
  afterEach(async () => {
    await scenario.world.dispose();
    execFileSync('umount', ['-l', mount]);
    rmSync(mount, { recursive: true, force: true });
  });

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  async function runsOnAndTakesNothing(code: string): Promise<void> {
    const life = await beginLife({ folder, log });
    await until('what ran runs', () => life.running() === '1.0.0');
    expect(logged).toContain(code);
    await until('the desired state was read', () => scenario.world.requests.includes('/device/v1/desired'));
    expect(life.running()).toBe('1.0.0');
    await life.stop();
    // SQLite cannot even read where it cannot write.
    expect(readMeaning(writeImage(readImage(folder), mkdtempSync(join(scratch, 'copy-')))).generation).toBe(1);
  }

  const recovers = () => liveUntil({ folder }, 'the update', () => isAtRest(folder, scenario.end));

  test('because it is full', async () => {
    const filler = openSync(join(mount, 'filler'), 'w');
    const fill = () => {
      for (;;) writeSync(filler, Buffer.alloc(4096));
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    closeSync(filler);
    await runsOnAndTakesNothing('disk_full');
    rmSync(join(mount, 'filler'));
    await recovers();
  });

  test('because it is read-only', async () => {
    execFileSync('mount', ['-o', 'remount,ro', mount]);
    await runsOnAndTakesNothing('storage_read_only');
    execFileSync('mount', ['-o', 'remount,rw', mount]);
    await recovers();
  });
});
