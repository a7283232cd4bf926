import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENT_APP, type Release, refuse, succeed } from '@wherry/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WorkloadSpec } from '../src/runtimes/port.ts';
import { readLaunched } from '../src/self-update/launched.ts';
import { openPlace } from '../src/self-update/place.ts';
import { createAgentRuntime } from '../src/self-update/runtime.ts';
import { versionName } from '../src/self-update/version-name.ts';
import type { Effects } from '../src/shell/effects.ts';
import { layOutNamed, packNamed } from './agent-versions.ts';

/**
 * A crash before any effect of the way to another version, in the first life or in the one after it: the launcher (the real one) always
 * finds an agent to start, and the end is the same as without a crash. The lifecycle is played here by its order of calls alone.
 */
const scratch = mkdtempSync(join(tmpdir(), 'wherry-update-sweep-'));
const template = join(scratch, 'template');
const RELEASE = `sha256:${'ab'.repeat(32)}`;
let archive: string;

beforeAll(() => {
  layOutNamed(template, 'installed');
  archive = join(scratch, 'next.tar.gz');
  writeFileSync(archive, packNamed(scratch, 'next'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

type Phase = 'wanted' | 'activating' | 'probing' | 'reverting' | 'healthy' | 'failed';
const ENDS: ReadonlySet<Phase> = new Set(['healthy', 'failed']);

class Crash extends Error {}

interface Story {
  /** The new version never checks in. */
  readonly isDeaf: boolean;
  /** The agent before it was a release too, and not installed by hand: the lifecycle starts that one again. */
  readonly hasGood: boolean;
}

/** What outlives a crash: the disk, and the record of the lifecycle. */
interface Machine {
  readonly root: string;
  phase: Phase;
}

function launch({ root }: Machine) {
  const { stdout } = spawnSync('sh', [join(root, 'launcher'), 'run', '--data', root], { encoding: 'utf8' });
  const [name = '', launcher = '', folder = ''] = stdout.trim().split('\n');
  return { name, env: { WHERRY_LAUNCHER: launcher, WHERRY_VERSION_DIR: folder } };
}

function spec(): WorkloadSpec {
  const health = { afterMs: 0, everyMs: 100, failures: 1, soakMs: 0 };
  const release = { app: AGENT_APP, version: '2.0.0', health } as unknown as Release;
  const variant = { kind: 'agent', target: 'generic-x64' } as unknown as WorkloadSpec['variant'];
  return {
    app: AGENT_APP,
    release,
    releaseDigest: RELEASE,
    variant,
    config: {},
    artifactPath: archive,
    dataPath: null,
  };
}

function countingEffects(crashAt: number): Effects {
  let begun = 0;
  return {
    run(_name, action) {
      begun += 1;
      if (begun === crashAt) throw new Crash();
      return action();
    },
    count: () => begun,
    steps: () => ({}),
  };
}

/** One life of the agent that the launcher chose. Answers whether it crashed. */
async function live(machine: Machine, { isDeaf, hasGood }: Story, crashAt: number): Promise<boolean> {
  const chosen = launch(machine);
  expect(['installed', 'next'], `${chosen.name} in ${machine.phase}`).toContain(chosen.name);
  const effects = countingEffects(crashAt);
  const closing = new AbortController();
  const runtime = createAgentRuntime({
    place: openPlace(join(machine.root, 'agent'), effects),
    own: readLaunched(chosen.env, machine.root)?.own ?? null,
    version: chosen.name,
    dataFolder: machine.root,
    confirmWithinMs: 1_000,
    checkIn: { sinceMs: async () => (isDeaf ? null : 0) },
    test: async () => succeed(undefined),
    snapshot: { take: () => effects.run('db.snapshot', () => {}), drop() {} },
    hasFailed: () => machine.phase === 'failed',
    leave: () => closing.abort(),
    effects,
    clock: { uptimeMs: () => 0 },
    closing: closing.signal,
  });
  try {
    await runtime.cleanUp();
    // After a bad verdict nobody asks for anything.
    if (machine.phase === 'failed') return false;
    if (machine.phase === 'reverting') {
      if (chosen.name === 'installed') machine.phase = 'failed';
      else await runtime.start({ ...spec(), releaseDigest: `sha256:${'cd'.repeat(32)}` }, {} as never);
      return false;
    }
    if (machine.phase === 'wanted' && (await runtime.prepare(spec())).ok) machine.phase = 'activating';
    // As after a start of the agent.
    if (machine.phase === 'probing') machine.phase = 'activating';
    if (machine.phase !== 'activating') return false;
    const started = await runtime.start(spec(), {} as never);
    if (closing.signal.aborted) return false;
    if (!started.ok) {
      machine.phase = 'failed';
      return false;
    }
    machine.phase = 'probing';
    const probed = await started.value.probe();
    machine.phase = probed.ok ? 'healthy' : hasGood ? 'reverting' : 'failed';
    if (!probed.ok) await started.value.stop(0);
    else await runtime.forgetExcept?.(new Set([RELEASE]));
    return false;
  } catch (error) {
    if (error instanceof Crash) return true;
    throw error;
  } finally {
    closing.abort();
  }
}

/** Crashes at the n-th effect of the given life; answers whether it came so far. */
async function play(name: string, story: Story, crashing: { readonly life: number; readonly at: number }) {
  const root = join(scratch, name);
  cpSync(template, root, { recursive: true, verbatimSymlinks: true });
  const machine: Machine = { root, phase: 'wanted' };
  let hasCrashed = false;
  let isAtRest = false;
  for (let life = 0; !isAtRest; life += 1) {
    expect(life, `${machine.phase} after ${life} lives`).toBeLessThan(8);
    const isCut = await live(machine, story, life === crashing.life ? crashing.at : 0);
    if (isCut) hasCrashed = true;
    isAtRest = !isCut && ENDS.has(machine.phase);
  }
  const running = launch(machine).name;
  const current = openPlace(join(root, 'agent'), countingEffects(0)).current();
  rmSync(root, { recursive: true });
  return { hasCrashed, end: { phase: machine.phase, running, current } };
}

const PUT_BACK = { phase: 'failed', running: 'installed', current: null };
const CONFIRMED = { phase: 'healthy', running: 'next', current: versionName('2.0.0', RELEASE) };

test.each([
  ['a sound version', { isDeaf: false, hasGood: false }, CONFIRMED],
  ['one that never checks in, over a release', { isDeaf: true, hasGood: true }, PUT_BACK],
  ['one that never checks in, over what was installed by hand', { isDeaf: true, hasGood: false }, PUT_BACK],
] as const)('%s, and a crash before any effect', { timeout: 120_000 }, async (what, story, end) => {
  for (const life of [0, 1]) {
    let at = 1;
    for (; ; at += 1) {
      const played = await play(`${what} ${life} ${at}`, story, { life, at });
      expect(played.end, `crash at ${at} of life ${life}`).toEqual(end);
      if (!played.hasCrashed) break;
    }
    expect(at).toBeGreaterThan(1);
  }
});

test('what the archive holds beyond plain files and folders is refused, and nothing of it is started', async () => {
  const machine: Machine = { root: join(scratch, 'linked'), phase: 'wanted' };
  cpSync(template, machine.root, { recursive: true, verbatimSymlinks: true });
  const linked = join(scratch, 'linked.tar.gz');
  writeFileSync(linked, packNamed(scratch, 'linked', true));
  const runtime = createAgentRuntime({
    place: openPlace(join(machine.root, 'agent'), countingEffects(0)),
    own: null,
    version: '1.0.0',
    dataFolder: machine.root,
    confirmWithinMs: 1_000,
    checkIn: { sinceMs: async () => 0 },
    test: async () => refuse('internal', 'it is not asked'),
    snapshot: { take() {}, drop() {} },
    hasFailed: () => false,
    leave() {},
    effects: countingEffects(0),
    clock: { uptimeMs: () => 0 },
    closing: new AbortController().signal,
  });
  const refused = await runtime.prepare({ ...spec(), artifactPath: linked });
  expect(refused).toMatchObject({ ok: false, problems: [{ code: 'self_test_failed' }] });
  expect(launch(machine).name).toBe('installed');
});
