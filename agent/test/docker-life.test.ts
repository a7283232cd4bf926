import { chownSync, mkdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readKernelStats } from '../src/runtimes/docker/kernel-stats.ts';
import { usageFromStats } from '../src/runtimes/docker/stats.ts';
import { recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { DEVICE, ENGINES, missing, setUpContainers } from './container-stage.ts';
import { containerSpec, ownerOf } from './container-world.ts';
import { until, untilAsync } from './until.ts';

const MIB = 1024 * 1024;
const NOBODY = 65_534;

describe.each(ENGINES.filter((engine) => missing(engine) === undefined))('life of a container, %s', (engine) => {
  const stage = setUpContainers({ engine });
  const owner = () => ownerOf(stage.engine.socketPath);
  const ours = async (device = DEVICE) =>
    owner().listContainers({ all: true, filters: { label: [`io.wherry.device=${device}`] } });

  it('gets nothing that it was not granted', async () => {
    const dataPath = join(stage.world.dir, 'data/box');
    const { instance, host } = await stage.start(
      containerSpec(stage.plain, {
        command: ['show'],
        capabilities: { dataBytes: MIB },
        config: { ZONE: { type: 'string' } } as never,
        settings: { ZONE: 'hall' },
        dataPath,
      }),
    );
    const texts = () => host.logs.filter((line) => line.stream === 'stdout').map((line) => line.text);
    await until(
      'the container has shown itself',
      () => texts().length >= 6 && host.logs.some((l) => l.text === 'shown'),
    );
    expect(texts()).toEqual([
      `uid ${NOBODY} gid ${NOBODY}`,
      'ZONE=hall WHERRY_APP=box',
      'write /data/file: ok',
      'write /tmp/file: ok',
      'write /file: Read-only file system',
      'eth0 no',
    ]);
    expect(host.logs).toContainEqual(expect.objectContaining({ stream: 'stderr', level: 'warning', text: 'shown' }));
    expect(statSync(join(dataPath, 'file')).uid).toBe(NOBODY);

    const [container] = await ours();
    const info = await owner()
      .getContainer(container?.Id ?? '')
      .inspect();
    expect(info.HostConfig).toMatchObject({
      Memory: 16 * MIB,
      MemorySwap: 16 * MIB,
      NanoCpus: 5e8,
      PidsLimit: 128,
      // Podman names each of those that it drops.
      CapDrop: engine === 'podman' ? expect.arrayContaining(['CHOWN', 'SETUID']) : ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      NetworkMode: 'none',
      Privileged: false,
      RestartPolicy: { Name: 'no' },
      ...(engine === 'podman'
        ? {}
        : { LogConfig: { Type: 'json-file', Config: { 'max-size': String(MIB), 'max-file': '2' } } }),
    });
    expect(container?.Labels).toMatchObject({
      'io.wherry.app': 'box',
      'io.wherry.release': `sha256:${'ab'.repeat(32)}`,
    });
    await instance.stop(1_000);
    expect(await ours()).toEqual([]);
  });

  it('runs as the owner of its data when that is not root', async () => {
    const dataPath = join(stage.world.dir, 'data/owned');
    mkdirSync(dataPath, { recursive: true });
    chownSync(dataPath, 1234, 1235);
    const spec = containerSpec(stage.plain, { command: ['show'], capabilities: { dataBytes: MIB }, dataPath });
    const { host } = await stage.start(spec);
    await until('the container has shown itself', () => host.logs.some((line) => line.text === 'write /data/file: ok'));
    expect(host.logs.map((line) => line.text)).toContain('uid 1234 gid 1235');
  });

  it('is told of by the name of its engine, and accounted for by the kernel as by the engine', async () => {
    expect(await stage.runtime.probe()).toMatchObject({ ok: true, value: { name: engine } });
    await stage.start(containerSpec(stage.plain));
    const [container] = await ours();
    const { Id, State } = await owner().getContainer(String(container?.Id)).inspect();
    expect(readKernelStats(State.Pid, 'f'.repeat(64))).toBeNull();
    const accounts = readKernelStats(State.Pid, Id);
    // A machine may keep these from the agent; the engine is asked then.
    if (accounts !== null) expect(usageFromStats(accounts, 0).memoryBytes).toBeGreaterThan(0);
  });

  it('is ended when it keeps more in /data than it may', async () => {
    const dataPath = join(stage.world.dir, 'data/full');
    const spec = containerSpec(stage.plain, { capabilities: { dataBytes: MIB }, dataPath });
    const { instance } = await stage.start(spec);
    expect(await instance.probe()).toMatchObject({ ok: true });
    for (const name of ['a', 'b']) writeFileSync(join(dataPath, name), Buffer.alloc(0.6 * MIB));
    expect(await instance.probe()).toMatchObject({ ok: false, problems: [{ code: 'health_failed' }] });
    expect(await instance.exited).toMatchObject({
      kind: 'crashed',
      code: 'disk_full',
      limit: { limit: 'disk', limitBytes: MIB },
    });
    expect(await instance.usage()).toMatchObject({ limitsHit: 1, limits: { disk: 1 } });
  });

  it('says why it ended', async () => {
    const exitOf = async (...command: string[]) =>
      (await stage.start(containerSpec(stage.plain, { command }))).instance.exited;
    expect(await exitOf('exit', '0')).toEqual({ kind: 'ended', exitCode: 0 });
    expect(await exitOf('exit', '3')).toMatchObject({
      kind: 'crashed',
      code: 'guest_error',
      message: expect.stringContaining('3'),
    });
    expect(await exitOf('eat')).toMatchObject({ kind: 'crashed', code: 'memory_limit' });
    expect(await ours()).toEqual([]);
  });

  it('counts a limit that was hit', async () => {
    const { instance } = await stage.start(containerSpec(stage.plain, { command: ['eat'] }));
    await instance.exited;
    expect(await instance.usage()).toMatchObject({
      source: 'engine',
      isolation: 'container',
      limitsHit: 1,
      memoryBytes: 0,
    });
  });

  it('leaves nothing behind when it cannot start', async () => {
    const dataPath = join(stage.world.dir, 'data/gone');
    const spec = containerSpec(stage.plain, { capabilities: { dataBytes: MIB }, dataPath });
    rmdirSync(dataPath);
    const outcome = await stage.runtime.start(spec, recordingHost());
    expect(outcome).toMatchObject({ ok: false, problems: [{ code: 'start_failed' }] });
    expect(await ours()).toEqual([]);
  });

  it('whose program is none ends as a crash', async () => {
    const { instance } = await stage.start(
      containerSpec(stage.world.image([], 'no program at all'), { app: 'broken' }),
    );
    expect(await instance.exited).toMatchObject({ kind: 'crashed', code: 'guest_error' });
  });

  it('is killed after the grace it was given when it does not listen', async () => {
    const { instance, host } = await stage.start(containerSpec(stage.plain, { command: ['stubborn'] }));
    await until('it ignores SIGTERM', () => host.logs.some((line) => line.text === 'stubborn'));
    const startedAtMs = performance.now();
    await instance.stop(400);
    expect(performance.now() - startedAtMs).toBeGreaterThan(390);
    expect(await instance.exited).toEqual({ kind: 'stopped' });
  });

  it.skipIf(engine === 'podman')(
    'is as healthy as the HEALTHCHECK of its image [podman: needs timers of systemd]',
    async () => {
      const well = stage.world.image(['--health', '/app', '--health', 'exit', '--health', '0']);
      const { instance } = await stage.start(containerSpec(well));
      expect(await instance.probe()).toMatchObject({ ok: false, problems: [{ code: 'health_failed' }] });
      await untilAsync('the first check has passed', async () => (await instance.probe()).ok);

      const sick = stage.world.image(['--health', '/app', '--health', 'exit', '--health', '1']);
      const unwell = await stage.start(containerSpec(sick, { app: 'sick', health: { failures: 1 } }));
      await untilAsync('the check has failed', async () => {
        const probed = await unwell.instance.probe();
        return !probed.ok && /fails/.test(probed.problems[0]?.message ?? '');
      });
    },
  );

  it('has its CPU time counted and its share held', async () => {
    const { instance } = await stage.start(
      containerSpec(stage.plain, { command: ['burn'], limits: { cpuShare: 0.2 } }),
    );
    const startedAtMs = performance.now();
    await untilAsync('it has used some time', async () => (await instance.usage()).cpuMs > 300);
    const usage = await instance.usage();
    expect(usage.cpuMs / (performance.now() - startedAtMs)).toBeLessThan(0.35);
    expect(usage.memoryBytes).toBeGreaterThan(0);
    expect(usage.memoryBytes).toBeLessThan(16 * MIB);
  });

  it('is heard, but not more than its share of lines', async () => {
    const { host } = await stage.start(containerSpec(stage.plain, { command: ['spam'] }));
    await until('what was left out is told', () => host.logs.some((line) => /lines left out/.test(line.text)));
    expect(host.logs.length).toBeLessThan(2_000);
    // Podman has forgotten the first lines when the last MiB of them was written.
    expect(host.logs[0]?.text).toMatch(engine === 'podman' ? /^line \d+ of a flood$/ : /^line 0 of a flood$/);
  });

  it('gets its triggers as lines of JSON', async () => {
    const triggers = [{ on: 'start' as const }, { on: 'mqtt' as const, filter: 'sensors/+' }];
    const { instance, host } = await stage.start(containerSpec(stage.plain, { triggers }));
    const payload = new TextEncoder().encode('21.5\n');
    expect(await instance.call({ on: 'mqtt', topic: 'sensors/a', payload })).toMatchObject({ ok: true });
    expect(await instance.call({ on: 'cron', schedule: '* * * * *', atMs: 5 })).toMatchObject({ ok: true });
    await until('both have arrived', () => host.logs.filter((line) => line.text.startsWith('got ')).length === 2);
    const got = host.logs.flatMap((line) => (line.text.startsWith('got ') ? [JSON.parse(line.text.slice(4))] : []));
    expect(got).toEqual([
      { on: 'mqtt', topic: 'sensors/a', payload: Buffer.from(payload).toString('base64') },
      { on: 'cron', schedule: '* * * * *', atMs: 5 },
    ]);
    expect(await instance.usage()).toMatchObject({ calls: 2, errors: 0 });
  });

  it('that reads no events fills its bound, then refuses them', async () => {
    const triggers = [{ on: 'mqtt' as const, filter: '#' }];
    const { instance } = await stage.start(containerSpec(stage.plain, { command: ['show'], triggers }));
    const payload = new Uint8Array(60_000);
    let refused = 0;
    for (let sent = 0; sent < 200 && refused === 0; sent += 1) {
      const outcome = await instance.call({ on: 'mqtt', topic: 'a', payload });
      if (!outcome.ok) refused += 1;
    }
    expect(refused).toBe(1);
    expect(await instance.usage()).toMatchObject({ errors: 1 });
  });

  it('is ended by the next agent of the same device, and by no other', async () => {
    const { instance } = await stage.start(containerSpec(stage.plain));
    await stage.start(containerSpec(stage.plain), stage.runtimeOf('default/neighbour'));
    await stage.runtime.cleanUp();
    expect(await ours('default/neighbour')).toHaveLength(1);
    expect(await ours()).toEqual([]);
    expect(await instance.exited).toMatchObject({ kind: 'crashed' });
  });
});
