import { describe, expect, it } from 'vitest';
import { DOCKER_LIMITS } from '../src/runtimes/docker/limits.ts';
import { setUpContainers } from './container-stage.ts';
import { containerSpec } from './container-world.ts';
import { engineMissing } from './engine.ts';
import { until } from './until.ts';

const PATIENCE = { callMs: 1_500, awayMs: 3_000 };

/** Engines crash, hang and are restarted by their owners. Nothing of the agent may wait for ever on them. */
describe.skipIf(engineMissing() !== undefined)('an engine that goes away', () => {
  const stage = setUpContainers({ bridge: true, patience: PATIENCE });

  it('makes its containers count as crashed, and takes them again when it is back', async () => {
    const { instance } = await stage.start(containerSpec(stage.plain));
    await stage.engine.kill();
    expect(await instance.probe()).toMatchObject({ ok: false, problems: [{ code: 'no_runtime' }] });
    expect(await instance.exited).toMatchObject({
      kind: 'crashed',
      code: 'no_runtime',
      message: expect.stringContaining(stage.engine.socketPath),
    });
    expect(await stage.runtime.prepare(containerSpec(stage.plain))).toMatchObject({
      ok: false,
      problems: [{ code: 'no_runtime' }],
    });
    await stage.engine.restart();
    const { instance: again } = await stage.start(containerSpec(stage.plain));
    expect(await again.probe()).toMatchObject({ ok: true });
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'and comes back soon after %s has ended its containers, not they themselves',
    async (signal) => {
      const { instance } = await stage.start(containerSpec(stage.plain));
      await stage.engine.kill(signal);
      await stage.engine.restart();
      expect(await instance.exited).toMatchObject({
        kind: 'crashed',
        code: 'no_runtime',
        message: expect.stringContaining('from outside'),
      });
    },
  );

  it('and hangs fails probes within a bound, and stopping does not hang with it', async () => {
    const { instance } = await stage.start(containerSpec(stage.plain));
    process.kill(stage.engine.pid(), 'SIGSTOP');
    try {
      const startedAtMs = performance.now();
      expect(await instance.probe()).toMatchObject({ ok: false, problems: [{ code: 'no_runtime' }] });
      expect((await instance.usage()).cpuMs).toBeGreaterThanOrEqual(0);
      expect(performance.now() - startedAtMs).toBeLessThan(2 * PATIENCE.callMs + 5_000);
      const stopping = performance.now();
      await instance.stop(100);
      expect(performance.now() - stopping).toBeLessThan(2 * PATIENCE.callMs + DOCKER_LIMITS.killMs + 5_000);
    } finally {
      process.kill(stage.engine.pid(), 'SIGCONT');
    }
    await instance.exited;
  });

  it('probes a port that is published on loopback only', async () => {
    const health = { http: { path: '/health', port: 8080 } };
    const well = containerSpec(stage.plain, { command: ['serve', '8080', '200 OK'], health });
    const { instance, host } = await stage.start(well);
    await until('it serves', () => host.logs.some((line) => line.text === 'serving'));
    expect(await instance.probe()).toMatchObject({ ok: true });
    const ill = containerSpec(stage.plain, { app: 'ill', command: ['serve', '8080', '503 No'], health });
    const unwell = await stage.start(ill);
    await until('it serves', () => unwell.host.logs.some((line) => line.text === 'serving'));
    expect(await unwell.instance.probe()).toMatchObject({
      ok: false,
      problems: [{ code: 'health_failed', message: expect.stringContaining('503') }],
    });
    const silent = await stage.start(containerSpec(stage.plain, { app: 'silent', health }));
    expect(await silent.instance.probe()).toMatchObject({ ok: false, problems: [{ code: 'health_failed' }] });
  });
});
