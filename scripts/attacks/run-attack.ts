import { readStatus, untilAsync } from '@wherry/agent/testing/stage';
import type { Attack, Result, Scene } from './attack.ts';
import { CANARY, watchCanary } from './canary.ts';
import { httpCall } from './http-call.ts';
import { deliverAndCall, setScene } from './scene.ts';
import { CANARY_VERSION, type Stage } from './stage.ts';

/** Runs one attack and looks at what it did: to what it wanted, to what was planted, to the agent and to the canary. */
export async function runAttack(name: string, attack: Attack, stage: Stage): Promise<Result> {
  const beganMs = performance.now();
  const scene = setScene(name, attack, stage);
  const watch = watchCanary(stage.http, stage.canaryAnswer);
  const outcome = await (attack.act ?? deliverAndCall)(scene).catch((error: Error) => `error ${error.message}`);
  const why = await findEscape(scene, attack, outcome);
  const down = (await watch.end()) ?? (await findDown(stage));
  await leave(stage, scene.app);
  const isExpected = attack.expect.test(outcome);
  return {
    name,
    verdict: why !== null ? 'escaped' : isExpected ? 'held' : 'unclear',
    outcome: outcome.slice(0, 300),
    why: why ?? (isExpected ? null : `the outcome is not ${attack.expect}`),
    down,
    durationMs: Math.round(performance.now() - beganMs),
  };
}

async function findEscape(scene: Scene, attack: Attack, outcome: string): Promise<string | null> {
  const { stage, app } = scene;
  if (outcome.includes(stage.secret)) return 'the secret came out';
  const intruders = stage.places.intruders.splice(0);
  if (intruders.length > 0) return `the forbidden server was asked for ${intruders.join(', ')}`;
  const damage = stage.planted.damage(app);
  if (damage !== null) return damage;
  const secret = Buffer.from(stage.secret);
  if (scene.published().some(({ payload }) => payload.includes(secret))) return 'the secret was published';
  const forged = scene.logs().find((line) => line.app === CANARY);
  if (forged !== undefined) return `the canary is said to have logged ${forged.text}`;
  return (await attack.escaped?.(scene, outcome)) ?? null;
}

async function findDown(stage: Stage): Promise<string | null> {
  if (!stage.isUp()) return `the agent ended: ${stage.agent.stderr().slice(-500)}`;
  const { status, body } = await httpCall(stage.http, '/healthz', 3_000);
  if (status !== 200 || body !== '{"status":"ok"}') return `the agent answered ${status} ${body} for its own health`;
  const canary = stage.world.statusOf(CANARY);
  return canary?.state === 'healthy' && canary.restarts === 0 ? null : `the canary is ${JSON.stringify(canary)}`;
}

/** Removes what was delivered, so that the next attack finds the device as this one did. */
async function leave(stage: Stage, app: string): Promise<void> {
  if (!stage.isUp()) return;
  stage.world.want([{ app: CANARY, version: CANARY_VERSION, release: stage.canaryRelease }]);
  const isThere = () => readStatus(stage.world.folder).workloads.some((workload) => workload.app === app);
  await untilAsync(`${app} is gone`, async () => !stage.isUp() || !isThere());
}
