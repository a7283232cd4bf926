import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRollout, listDevices, listRolloutMembers, type Rollout, type RolloutMember } from '@wherry/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNarrator } from '../demo/narrator.ts';
import { openStage, type Stage } from '../demo/stage.ts';
import { startRollout } from '../demo/story.ts';
import { eventually } from '../fleet/eventually.ts';

/** SIGKILL in the middle of the demo's rollouts: the same end as without. One stage for all, each with a release of its own. */
describe('killed in the middle of a rollout', () => {
  let dir: string;
  let stage: Stage;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'wherry-kill-'));
    stage = await openStage({ dir, narrator: createNarrator(process.stderr) });
  });

  afterAll(async () => {
    await stage?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** The example that works, under this version. */
  const publishGood = async (version: string) => {
    const folder = stage.backstage.releaseFolder('thermostat');
    const manifest = join(folder, 'wherry.yaml');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/^version: .*$/m, `version: ${version}`));
    await stage.run('publish', folder);
  };

  const members = async (id: Rollout['id']) =>
    (await stage.controlPlane.client.call(listRolloutMembers, { params: { id }, query: { limit: 500 } })).items;

  const once = (id: Rollout['id'], what: string, isSo: (members: readonly RolloutMember[]) => boolean) =>
    eventually(what, 60_000, async () => (isSo(await members(id)) ? true : undefined), 20);

  const ended = (id: Rollout['id'], state: Rollout['state']) =>
    eventually(`rollout to be ${state}`, 90_000, async () => {
      const rollout = await stage.controlPlane.client.call(getRollout, { params: { id } });
      return rollout.state === state ? rollout : undefined;
    });

  const versions = async () => {
    const { items } = await stage.controlPlane.client.call(listDevices, {});
    return items.map((device) => {
      const workload = device.workloads.find((w) => w.app === 'thermostat');
      return `${device.device} ${workload?.state === 'healthy' ? workload.version : (workload?.running?.version ?? 'none')}`;
    });
  };
  const allOn = (version: string) =>
    eventually(`every device to run ${version}`, 60_000, async () => {
      const now = await versions();
      return now.length === 6 && now.every((line) => line.endsWith(` ${version}`)) ? now : undefined;
    });

  it('an agent: the rollout completes and the device runs the release', async () => {
    await publishGood('1.0.0');
    const { id } = await startRollout(stage, 'thermostat@1.0.0', '1,2,rest');
    const victim = stage.devices[1];
    if (!victim) throw new Error('the stage has no second device');
    await once(id, 'the second device is in flight', (all) =>
      all.some((m) => m.device === victim.name && m.state === 'in_flight'),
    );
    await victim.program().kill();
    await victim.restart();
    const rollout = await ended(id, 'completed');
    expect(rollout.waves.map((w) => w.state)).toEqual(['passed', 'passed', 'passed']);
    expect((await members(id)).map((m) => m.state)).toEqual(Array(6).fill('succeeded'));
    await allOn('1.0.0');
  });

  it('the control plane: the rollout goes on where it was', async () => {
    await publishGood('1.0.1');
    const { id } = await startRollout(stage, 'thermostat@1.0.1', '1,2,rest');
    await once(id, 'the first wave has passed', (all) => all.some((m) => m.wave === 1 && m.state === 'in_flight'));
    await stage.controlPlane.program().kill();
    await stage.controlPlane.restart();
    const rollout = await ended(id, 'completed');
    expect(rollout.waves.map((w) => w.state)).toEqual(['passed', 'passed', 'passed']);
    await allOn('1.0.1');
  });

  it('the canary, and then the control plane, while a faulty release is on trial: halted, and the canary is put back', async () => {
    await stage.run('publish', stage.backstage.releaseFolder('thermostat-faulty'));
    const { id } = await startRollout(stage, 'thermostat@1.1.0', '1,2,rest');
    const canary = stage.devices[0];
    if (!canary) throw new Error('the stage has no first device');
    await once(id, 'the canary is trying the release', (all) =>
      all.some((m) => m.device === canary.name && m.state === 'in_flight'),
    );
    await Promise.all([canary.program().kill(), stage.controlPlane.program().kill()]);
    await Promise.all([canary.restart(), stage.controlPlane.restart()]);
    await ended(id, 'halted');
    const reached = (await members(id)).filter((m) => m.state !== 'pending');
    expect(reached.map((m) => [m.device, m.state])).toEqual([[canary.name, 'reverted']]);
    await allOn('1.0.1');
  });
});
