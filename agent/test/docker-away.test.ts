import { describe, expect, it } from 'vitest';
import { DOCKER_LIMITS } from '../src/runtimes/docker/limits.ts';
import { type ContainerStage, DEVICE, ENGINES, missing, setUpContainers } from './container-stage.ts';
import { containerSpec, ownerOf } from './container-world.ts';
import { until } from './until.ts';

/** Podman makes a process for each call. */
const PATIENCE = { docker: { callMs: 1_500, awayMs: 3_000 }, podman: { callMs: 4_000, awayMs: 3_000 } };

/** Engines crash, hang and are restarted by their owners. Nothing of the agent may wait for ever on them. */
describe.each(ENGINES.filter((engine) => missing(engine) === undefined))('an engine that goes away, %s', (engine) => {
  const stage = setUpContainers({ engine, bridge: true, patience: PATIENCE[engine] });

  it('makes its containers count as crashed, and takes them again when it is back, once', async () => {
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
    const filters = { label: [`io.wherry.device=${DEVICE}`] };
    expect(await ownerOf(stage.engine.socketPath).listContainers({ all: true, filters })).toHaveLength(1);
  });

  if (engine === 'docker') describeDocker(stage);
  else describePodman(stage);
});

function describeDocker(stage: ContainerStage): void {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'comes back soon after %s has ended its containers, not they themselves',
    async (signal) => {
      const { instance } = await stage.start(containerSpec(stage.plain));
      expect(await instance.probe()).toMatchObject({ ok: true });
      await stage.engine.kill(signal);
      await stage.engine.restart();
      expect(await instance.exited).toMatchObject({
        kind: 'crashed',
        code: 'no_runtime',
        message: expect.stringContaining('from outside'),
      });
    },
  );

  it('fails probes within a bound when it hangs, and stopping does not hang with it', async () => {
    const { instance } = await stage.start(containerSpec(stage.plain));
    process.kill(stage.engine.pid(), 'SIGSTOP');
    try {
      const startedAtMs = performance.now();
      expect(await instance.probe()).toMatchObject({ ok: false, problems: [{ code: 'no_runtime' }] });
      expect((await instance.usage()).cpuMs).toBeGreaterThanOrEqual(0);
      expect(performance.now() - startedAtMs).toBeLessThan(2 * PATIENCE.docker.callMs + 5_000);
      const stopping = performance.now();
      await instance.stop(100);
      expect(performance.now() - stopping).toBeLessThan(2 * PATIENCE.docker.callMs + DOCKER_LIMITS.killMs + 5_000);
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
}

function describePodman(stage: ContainerStage): void {
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    await stage.engine.kill(signal);
    await stage.engine.restart();
  };

  it('leaves its containers running when it is restarted: their output is taken up, and their end is their own', async () => {
    const { instance, host } = await stage.start(containerSpec(stage.plain, { command: ['tick'] }));
    await until('it ticks', () => host.logs.length > 0);
    await end('SIGTERM');
    const heard = host.logs.length;
    await until('it is heard again', () => host.logs.length > heard + 5);
    expect(await instance.probe()).toMatchObject({ ok: true });
    const owner = ownerOf(stage.engine.socketPath);
    const [container] = await owner.listContainers();
    const { State } = await owner.getContainer(container?.Id ?? '').inspect();
    process.kill(State.Pid, 'SIGTERM');
    expect(await instance.exited).toEqual({ kind: 'ended', exitCode: 0 });
  });

  it('cuts them off from events: then they are ended, to be started anew', async () => {
    const cron = { on: 'cron' as const, schedule: '* * * * *' };
    const { instance, host } = await stage.start(containerSpec(stage.plain, { triggers: [cron] }));
    expect(await instance.call({ ...cron, atMs: 0 })).toMatchObject({ ok: true });
    await until('the event was heard', () => host.logs.some(({ text }) => text.startsWith('got ')));
    await end('SIGKILL');
    expect(await instance.exited).toMatchObject({ kind: 'crashed', code: 'no_runtime' });
    expect(await ownerOf(stage.engine.socketPath).listContainers({ all: true })).toEqual([]);
  });
}
