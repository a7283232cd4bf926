import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENT_APP, type AppName, type DeploymentState } from '@wherry/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deploymentIn, workloadOf } from '../core/lifecycle/testing/states.ts';
import { SYSTEM_CLOCK } from '../shell/clock.ts';
import { createEffects } from '../shell/effects.ts';
import { openStore } from '../store/store.ts';
import { AGENT_FOLDER } from './launched.ts';
import { openSelfUpdate } from './open-self-update.ts';
import { versionName } from './version-name.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-trial-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Release b is on trial and starts once more, over what its last life wrote down. Answers whether it has put itself back. */
async function startAgain(app: string, phase: DeploymentState, letter: string): Promise<boolean> {
  const effects = createEffects();
  const store = openStore({ folder, boot: 'a'.repeat(32), effects, nowMs: () => 5 });
  const { record } = deploymentIn(phase, { app, good: null });
  store.ledger.saveRecord({
    ...record,
    target: { ...record.target, workload: workloadOf(letter, { app: app as AppName }) },
  });
  const { version, release } = workloadOf('b');
  const own = versionName(version, release);
  mkdirSync(join(folder, AGENT_FOLDER));
  const next = join(folder, AGENT_FOLDER, 'next');
  writeFileSync(next, `${own} 600\n`);
  const selfUpdate = openSelfUpdate({
    launched: { launcher: '/opt/wherry/launcher', own },
    folder,
    config: { selfUpdate: { confirmWithinMs: 600_000 } },
    store,
    effects,
    clock: SYSTEM_CLOCK,
  });
  const leaves = selfUpdate.mustLeave.then(() => true);
  for (const runtime of selfUpdate.runtimes) await runtime.cleanUp();
  const hasLeft = await Promise.race([leaves, Promise.resolve(false)]);
  expect(existsSync(next)).toBe(!hasLeft);
  selfUpdate.close();
  store.close();
  return hasLeft;
}

test.each(['failed', 'reverted'] as const)(
  'a version on trial that is %s by its own word goes at once',
  async (phase) => {
    expect(await startAgain(AGENT_APP, phase, 'b')).toBe(true);
  },
);

test.each([
  ['it is tried', AGENT_APP, 'activating', 'b'],
  ['it is probed', AGENT_APP, 'probing', 'b'],
  ['the release before it failed', AGENT_APP, 'failed', 'c'],
  ['a program failed', 'thermostat', 'failed', 'b'],
] as const)('it stays while %s', async (_what, app, phase, letter) => {
  expect(await startAgain(app, phase, letter)).toBe(false);
});
