import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** A new empty folder, removed with the test that asks for it; before the tests, with the file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-cli-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    onTestFinished(remove);
  } catch {
    // No test runs yet.
    afterAll(remove);
  }
  return folder;
}
