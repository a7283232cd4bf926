import {
  getOverview,
  getRollout,
  listDevices,
  listRolloutMembers,
  type Rollout,
  type RolloutMember,
} from '@wherry/protocol';
import { eventually } from '../fleet/eventually.ts';
import type { Narrator } from './narrator.ts';
import type { Stage } from './stage.ts';
import { watchRollout } from './watch.ts';

/** What happened, read back from the control plane's API at the end of the story. */
export interface DemoOutcome {
  readonly ok: boolean;
  readonly devices: number;
  readonly rollouts: readonly [
    { readonly release: string; readonly state: string; readonly waves: number; readonly seconds: number },
    { readonly release: string; readonly state: string; readonly reached: number; readonly reverted: number },
  ];
  readonly variants: { readonly wasm: number; readonly container: number };
  readonly usage: { readonly samples: number };
}

export async function tellStory(stage: Stage, narrator: Narrator): Promise<DemoOutcome> {
  const good = await goodRelease(stage, narrator);
  const bad = await faultyRelease(stage, narrator);
  narrator.chapter('What the fleet says');
  return gather(stage, narrator, good, bad);
}

async function goodRelease(stage: Stage, narrator: Narrator): Promise<{ rollout: Rollout; seconds: number }> {
  narrator.chapter('A signed release, in three waves');
  const release = stage.backstage.releaseFolder('thermostat');
  await stage.run('publish', release);
  narrator.say('thermostat@1.0.0 is published: checked, signed and uploaded');
  const startedAt = performance.now();
  const started = await startRollout(stage, 'thermostat@1.0.0', '1,2,rest');
  const rollout = await watchRollout(stage.controlPlane, started.id, narrator, 90_000);
  return { rollout, seconds: Number(((performance.now() - startedAt) / 1000).toFixed(1)) };
}

async function faultyRelease(
  stage: Stage,
  narrator: Narrator,
): Promise<{ rollout: Rollout; members: RolloutMember[] }> {
  narrator.chapter('A release whose health check fails');
  const release = stage.backstage.releaseFolder('thermostat-faulty');
  await stage.run('publish', release);
  const started = await startRollout(stage, 'thermostat@1.1.0', '1,2,rest');
  const rollout = await watchRollout(stage.controlPlane, started.id, narrator, 90_000);
  if (rollout.verdict) narrator.say(`halted by itself: ${rollout.verdict.sentence}`);
  const { items } = await stage.controlPlane.client.call(listRolloutMembers, { params: { id: rollout.id } });
  return { rollout, members: items };
}

export function startRollout(stage: Stage, release: string, waves: string): Promise<Rollout> {
  return stage.run<Rollout>('rollout', 'start', release, '--wave', waves, '--soak', '1s', '--deadline', '60s');
}

async function gather(
  stage: Stage,
  narrator: Narrator,
  good: { rollout: Rollout; seconds: number },
  bad: { rollout: Rollout; members: RolloutMember[] },
): Promise<DemoOutcome> {
  const { client } = stage.controlPlane;
  const reached = bad.members.filter((m) => m.state !== 'pending');
  const reverted = bad.members.filter((m) => m.state === 'reverted');
  /** The devices' own newest reports: all on the good release, the canary because it went back to it. */
  const runsGood = async () => {
    const { items } = await client.call(listDevices, {});
    const good = items.filter((device) =>
      device.workloads.some(
        (w) => w.app === 'thermostat' && (w.running?.version ?? (w.state === 'healthy' ? w.version : '')) === '1.0.0',
      ),
    );
    return good.length === stage.devices.length ? good.length : undefined;
  };
  const onGood = await eventually('every device runs thermostat 1.0.0', 30_000, runsGood);
  const overview = await eventually('usage samples of every device', 60_000, async () => {
    const now = await client.call(getOverview, {});
    return now.usageSamples >= stage.devices.length ? now : undefined;
  });
  const final = await client.call(getRollout, { params: { id: bad.rollout.id } });
  narrator.say(`${onGood} of ${stage.devices.length} devices run thermostat 1.0.0`);
  narrator.say(`${reached.length} device met the faulty release, ${reverted.length} put itself back`);
  narrator.say(
    `variants: ${overview.variants.wasm} wasm, ${overview.variants.container} container; ${overview.usageSamples} usage samples`,
  );
  const ok =
    good.rollout.state === 'completed' &&
    good.rollout.waves.length === 3 &&
    final.state === 'halted' &&
    reached.length === 1 &&
    reverted.length === 1 &&
    overview.variants.wasm + overview.variants.container === stage.devices.length &&
    (stage.backstage.engineSocket === null) === (overview.variants.container === 0);
  return {
    ok,
    devices: overview.devices.total,
    rollouts: [
      {
        release: 'thermostat@1.0.0',
        state: good.rollout.state,
        waves: good.rollout.waves.length,
        seconds: good.seconds,
      },
      { release: 'thermostat@1.1.0', state: final.state, reached: reached.length, reverted: reverted.length },
    ],
    variants: overview.variants,
    usage: { samples: overview.usageSamples },
  };
}
