import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getDeviceUsage } from '@wherry/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../scripts/fleet/eventually.ts';
import { ARM64_NEEDS, arm64Machine, makeArm64Root, registerQemu } from './arm64-machine.ts';
import { install, missing, type Packed, pack } from './pack.ts';
import { end, openScene, type Scene } from './packed-device.ts';

/** Emulation is some ten times slower than the slowest board. */
const SLOW_MS = 240_000;
const DEVICE = 'emulated-pi';

describe.skipIf(missing('the arm64 archive', ARM64_NEEDS))(
  'raspberry-pi-64 archive on an emulated arm64 machine',
  () => {
    let dir: string;
    let root: string;
    let packed: Packed;
    let scene: Scene | undefined;
    let forgetQemu: (() => void) | undefined;

    beforeAll(async () => {
      dir = mkdtempSync(join(tmpdir(), 'wherry-arm64-'));
      root = join(dir, 'root');
      packed = pack('raspberry-pi-64', join(dir, 'out'));
      makeArm64Root(root);
      install(packed, dir, root);
      forgetQemu = registerQemu();
      scene = await openScene(dir, DEVICE, arm64Machine(root));
    }, 240_000);
    afterAll(async () => {
      await scene?.close();
      forgetQemu?.();
      rmSync(dir, { recursive: true, force: true });
    });

    it(
      'claims, runs a signed module, reports it healthy and what it uses, and does so again after a restart',
      async () => {
        if (!scene) throw new Error('there is no scene');
        copyFileSync(join(dir, 'root.json'), join(root, 'tmp/root.json'));
        expect(await scene.agent(['--help'], SLOW_MS)).toContain('wherry-agent claim');

        const { token } = await scene.claimToken(DEVICE);
        const claim = ['claim', '--server', scene.controlPlane.http, '--token', token, '--trust', '/tmp/root.json'];
        const terms = ['--data', '/var/lib/wherry', '--name', DEVICE, '--target', 'raspberry-pi-64'];
        await scene.agent([...claim, ...terms], SLOW_MS);

        const agent = await scene.start(SLOW_MS);
        await scene.rollOut();
        const device = await scene.healthy(SLOW_MS);
        expect(device).toMatchObject({
          target: 'raspberry-pi-64',
          inventory: { arch: 'arm64', os: 'Debian GNU/Linux 12 (emulated)', agentVersion: packed.version },
          workloads: [{ app: 'hello', version: '1.0.0', variant: 'wasm', state: 'healthy' }],
        });
        expect(await end(agent)).toBe(0);

        const again = await scene.start(SLOW_MS);
        const { controlPlane } = scene;
        const status = await scene.agent(['status', '--data', '/var/lib/wherry', '--json'], SLOW_MS);
        expect(JSON.parse(status)).toMatchObject({ device: `default/${DEVICE}` });
        await scene.healthy(SLOW_MS);
        // A workload that ended with the agent before is in the figures too, with no memory in use.
        await eventually('usage of hello while it runs', SLOW_MS, async () => {
          const usage = await controlPlane.client.call(getDeviceUsage, {
            params: { device: device.device },
            query: { app: 'hello' },
          });
          return usage.points.find(({ memoryBytes }) => memoryBytes > 0);
        });
        await end(again);
      },
      8 * SLOW_MS,
    );
  },
);
