import { join } from 'node:path';
import { digestOf, readStatus, untilAsync } from '@wherry/agent/testing/stage';
import { logBatch, sample, signedUsage } from '@wherry/protocol';
import type { Attack, Scene } from './attack.ts';
import { CANARY } from './canary.ts';
import { build } from './guests.ts';
import { outcomeOf } from './http-call.ts';
import { publishNeighbour } from './neighbour.ts';
import { cpuMs } from './process-memory.ts';
import { CANARY_VERSION, publishGuest, type Stage } from './stage.ts';

const FINAL = new Set(['healthy', 'rejected', 'failed', 'reverted']);
let counter = 0;

export function setScene(name: string, attack: Attack, stage: Stage): Scene {
  const app = attack.app ?? name;
  counter += 1;
  const version = `1.0.${counter}`;
  const { bytes, abi } = build(name, attack.guest);
  const [fleetBegan, busBegan] = [stage.fleet.heard.length, stage.bus.heard.length];
  const heardOn = (channel: string) =>
    stage.fleet.heard.slice(fleetBegan).filter(({ topic }) => topic.endsWith(`/${channel}`));
  const scene: Scene = {
    stage,
    app,
    dataFolder: join(stage.world.folder, 'data', app),
    module: bytes,
    blobPath: join(stage.world.folder, 'blobs', digestOf(bytes).slice('sha256:'.length)),
    async deploy() {
      const part = attack.release?.(scene) ?? {};
      const { openUrl, closedUrl } = stage.places;
      const config = Object.entries({ OPEN_URL: openUrl, CLOSED_URL: closedUrl, AGENT_FOLDER: stage.world.folder }).map(
        ([key, value]) => [key, { type: 'string', default: value }],
      );
      const release = publishGuest(stage.world, app, version, bytes, abi, {
        capabilities: { env: config.map(([key]) => key), ...part.capabilities },
        ...(part.triggers === undefined ? {} : { triggers: part.triggers }),
        ...(part.healthSoakMs === undefined
          ? {}
          : { health: { afterMs: 0, everyMs: 100, failures: 1, soakMs: part.healthSoakMs } }),
        limits: { memoryBytes: 16 * 1024 * 1024, cpuShare: 1, wallMs: 2_000, ...part.limits },
        config: Object.fromEntries(config),
      });
      const canary = { app: CANARY, version: CANARY_VERSION, release: stage.canaryRelease };
      stage.world.want(
        [canary, ...(attack.beside ? [publishNeighbour(stage)] : []), { app, version, release }],
        stage.world.director,
        part.usageEveryMs === undefined ? {} : { usageEveryMs: part.usageEveryMs },
      );
      // Read on the device: what it tells the fleet is held to a few messages a second.
      const status = () => readStatus(stage.world.folder).workloads.find((workload) => workload.app === app);
      const isFinal = async () => !stage.isUp() || (status()?.version === version && FINAL.has(status()?.state ?? ''));
      await untilAsync(`${app} has a verdict`, isFinal);
      const { state, code, refusals } = status() ?? {};
      return state === 'healthy' ? 'healthy' : `${state} ${refusals?.[0]?.code ?? code}`;
    },
    call: (path = '/', withinMs) => outcomeOf(stage.http, `/${app}${path}`, withinMs),
    callOther: (other) => outcomeOf(stage.http, `/${other}/`),
    async callAgain() {
      let answer = '';
      const isAnswered = async () => {
        answer = await scene.call();
        return answer.startsWith('200 ');
      };
      await untilAsync(`${app} answers again`, isAnswered, 20_000);
      return answer;
    },
    async runner() {
      const before = new Map(stage.runners().map((pid) => [pid, cpuMs(pid)]));
      await scene.call('/?burn');
      const busy = [...before].map(([pid, ms]) => ({ pid, ms: cpuMs(pid) - ms })).sort((a, b) => b.ms - a.ms)[0];
      if (busy === undefined || busy.ms < 30) throw new Error('no runner works');
      return busy.pid;
    },
    logs: () => heardOn('log').flatMap(({ payload }) => logBatch.parse(JSON.parse(String(payload))).lines),
    samples: () =>
      heardOn('usage')
        .flatMap(({ payload }) => signedUsage.parse(JSON.parse(String(payload))).samples)
        .map((one) => sample.parse(one)),
    published: () => stage.bus.heard.slice(busBegan),
  };
  return scene;
}

/** The ordinary course of an attack: delivered, and called once over HTTP when it is there. */
export async function deliverAndCall(scene: Scene): Promise<string> {
  const state = await scene.deploy();
  return state === 'healthy' ? scene.call() : state;
}
