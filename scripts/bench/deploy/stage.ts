import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineMissing, startEngine } from '@wherry/agent/testing/engine';
import { createClaimToken } from '@wherry/protocol';
import { buildImage } from '../../container-image/image.ts';
import { capture } from '../../fleet/command-line.ts';
import { type ControlPlane, startControlPlane } from '../../fleet/control-plane.ts';
import { startDevice } from '../../fleet/device.ts';
import { unpackAgent } from '../../fleet/packed-agent.ts';
import { ROOT } from '../../fleet/paths.ts';
import { createPublisher, type Publisher } from '../../fleet/publisher.ts';
import { timeRollout } from './time-rollout.ts';

/** A control plane, a connected device, and a container engine where one can be had. Each deployment answers with its ms. */
export interface DeployStage {
  deployWasm(counter: number): Promise<number>;
  readonly deployContainer: ((counter: number) => Promise<number>) | null;
  readonly engineReason: string | undefined;
  close(): Promise<void>;
}

const DEVICE = 'bench-1';
const PLATFORMS: Readonly<Record<string, readonly [string, 'linux/amd64' | 'linux/arm64']>> = {
  x64: ['amd64', 'linux/amd64'],
  arm64: ['arm64', 'linux/arm64'],
};

export async function openDeployStage(dir: string, say: (line: string) => void): Promise<DeployStage> {
  for (const name of ['server', 'device']) mkdirSync(join(dir, name), { mode: 0o700 });
  const engineReason = engineMissing();
  const engine = engineReason === undefined ? await startEngine() : null;
  const controlPlane = await startControlPlane({ dir: join(dir, 'server') });
  const publisher = await createPublisher(controlPlane);
  say(engine === null ? `no containers: ${engineReason}` : 'a container engine of its own');
  const device = await openDevice(dir, controlPlane, publisher, engine?.socketPath ?? null);
  const deploy = async (app: string, variant: () => Promise<object>, counter: number) => {
    const beganMs = performance.now();
    await publisher.publish(releaseOf(app, counter, await variant()));
    return timeRollout(controlPlane, app, `1.0.${counter}`, beganMs);
  };
  const module = readFileSync(join(ROOT, 'guest-sdk/examples/hello/build/hello.wasm'));
  const image = engine === null ? null : buildNativeImage(dir);
  return {
    deployWasm: (counter) => deploy('bench-wasm', () => wasmVariant(publisher, module, counter), counter),
    deployContainer:
      image === null ? null : (counter) => deploy('bench-container', () => containerVariant(publisher, image), counter),
    engineReason,
    async close() {
      await device.program().stop();
      await controlPlane.program().stop();
      await engine?.stop();
    },
  };
}

async function openDevice(dir: string, controlPlane: ControlPlane, publisher: Publisher, dockerSocket: string | null) {
  const trustFile = join(dir, 'root.json');
  writeFileSync(trustFile, publisher.root);
  const build = await capture(['guest-sdk/scripts/build-examples.ts']);
  if (build.code !== 0) throw new Error(`building the examples ended with ${build.code}: ${build.stderr.trim()}`);
  const { token } = await controlPlane.client.call(createClaimToken, { body: { device: DEVICE as never } });
  return startDevice({
    name: DEVICE,
    dir: join(dir, 'device'),
    server: controlPlane.http,
    token,
    trustFile,
    launcher: unpackAgent(dir),
    labels: {},
    config: { dockerSocket: dockerSocket ?? false },
  });
}

function releaseOf(app: string, counter: number, variant: object) {
  return {
    app,
    version: `1.0.${counter}`,
    releaseCounter: counter,
    variants: [variant],
    triggers: [{ on: 'start' }],
    capabilities: {},
    limits: { memoryBytes: 16 * 1024 * 1024, cpuShare: 1, wallMs: 2_000 },
    health: { afterMs: 0, everyMs: 1_000, failures: 3, soakMs: 0 },
    config: {},
    publishedAtMs: Date.now(),
  };
}

/** The same program under another digest, as a new build has: a custom section is not run. */
async function wasmVariant(publisher: Publisher, module: Buffer, counter: number): Promise<object> {
  const name = Buffer.from('build');
  const note = Buffer.from(String(counter).padStart(8, '0'));
  const section = Buffer.concat([Buffer.from([0, 1 + name.length + note.length, name.length]), name, note]);
  return { kind: 'wasm', abi: 'assemblyscript', module: await publisher.upload(Buffer.concat([module, section])) };
}

interface NativeImage {
  readonly archive: Buffer;
  readonly imageId: string;
  readonly platform: string;
}

async function containerVariant(publisher: Publisher, image: NativeImage): Promise<object> {
  const archive = await publisher.upload(image.archive);
  return { kind: 'container', image: image.imageId, archive, platforms: [image.platform] };
}

/** Waits until it is asked to end; the first process of a container hears only what it listens to. */
const WAITING = `#include <signal.h>
#include <unistd.h>
static void leave(int signal) { _exit(signal == SIGTERM ? 0 : 1); }
int main(void) { signal(SIGTERM, leave); for (;;) pause(); }
`;

/** A static program in an image of its own. */
function buildNativeImage(dir: string): NativeImage {
  const [source, binary] = [join(dir, 'wait.c'), join(dir, 'wait')];
  writeFileSync(source, WAITING);
  const compiled = spawnSync('clang', ['-static', '-O1', '-o', binary, source], { encoding: 'utf8' });
  if (compiled.status !== 0) throw new Error(`clang: ${compiled.error?.message ?? compiled.stderr}`);
  const [architecture, platform] = PLATFORMS[process.arch] ?? ['amd64', 'linux/amd64'];
  const { archive, imageId } = buildImage({ binary: readFileSync(binary), architecture });
  return { archive, imageId, platform };
}
