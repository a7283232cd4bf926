import { describe, expect, it } from 'vitest';
import { factsFromInfo, identityOf } from './engine-facts.ts';
import { eventLine } from './event-line.ts';
import { exitReason } from './exit.ts';
import { containerName, imageRepository, imageTag } from './names.ts';
import { isSamePlatform, platformOfEngine } from './platform.ts';
import { judgeState } from './probe.ts';
import { usageFromStats } from './stats.ts';
import { chooseUser, NOBODY } from './user.ts';

const DIGEST = `sha256:${'cd'.repeat(32)}`;

describe('what the docker runtime makes of the engine', () => {
  it.each([
    ['linux', 'x86_64', 'linux/amd64'],
    ['linux', 'aarch64', 'linux/arm64'],
    ['Linux', 'arm64', 'linux/arm64'],
    ['linux', 'armv7l', 'linux/arm/v7'],
    ['linux', 'riscv64', 'linux/riscv64'],
  ])('%s on %s is %s', (os, architecture, platform) => {
    expect(platformOfEngine(os, architecture)).toBe(platform);
  });

  it('takes a platform without a CPU variant for each variant, and no architecture for another', () => {
    expect(isSamePlatform('linux/arm', 'linux/arm/v7')).toBe(true);
    expect(isSamePlatform('linux/arm/v7', 'linux/arm')).toBe(true);
    expect(isSamePlatform('linux/arm/v6', 'linux/arm/v7')).toBe(false);
    expect(isSamePlatform('linux/arm', 'linux/arm64')).toBe(false);
  });

  it('is called by the name of the engine behind the socket, with what it cannot hold', () => {
    const facts = factsFromInfo({ ServerVersion: '4.3.1', SwapLimit: false });
    const podman = { Components: [{ Name: 'Podman Engine' }, { Name: 'Conmon' }] };
    expect(identityOf(facts, podman)).toEqual({ name: 'podman', version: '4.3.1', cannotHold: ['swap', 'addresses'] });
    expect(identityOf(factsFromInfo({}), { Components: [{ Name: 'Engine' }] })).toMatchObject({ name: 'docker' });
    expect(identityOf(factsFromInfo({}), {})).toMatchObject({ name: 'docker' });
  });

  it.each([
    [{ ExitCode: 0 }, false, { kind: 'ended', exitCode: 0 }],
    [{ ExitCode: 2 }, false, { kind: 'crashed', code: 'guest_error' }],
    [{ ExitCode: 137, OOMKilled: true }, false, { kind: 'crashed', code: 'memory_limit' }],
    // A child was ended for its memory, and the container lived on to a good end.
    [{ ExitCode: 0, OOMKilled: true }, false, { kind: 'ended', exitCode: 0 }],
    [{ ExitCode: 137, OOMKilled: true }, true, { kind: 'stopped' }],
    [{ ExitCode: 143 }, true, { kind: 'stopped' }],
  ] as const)('reads the end %j, asked for: %s', (state, wasStopped, reason) => {
    expect(exitReason(state, wasStopped)).toMatchObject(reason);
  });

  it('counts memory without what can be dropped, in both versions of cgroups', () => {
    const memory = (stats: Record<string, number>) =>
      usageFromStats({ memory_stats: { usage: 1_000, stats } }, 0).memoryBytes;
    expect(memory({ total_inactive_file: 400, inactive_file: 1 })).toBe(600);
    expect(memory({ inactive_file: 300 })).toBe(700);
    expect(memory({ inactive_file: 5_000 })).toBe(1_000);
    expect(memory({})).toBe(1_000);
  });

  it('makes zeros of what a host does not measure, and sums what networks moved', () => {
    expect(usageFromStats({}, 2)).toEqual({
      ...{ source: 'engine', isolation: 'container', cpuMs: 0, memoryBytes: 0, calls: 0, errors: 0, limitsHit: 2 },
      limits: { memory: 2 },
    });
    const paused = { cpu_stats: { throttling_data: { throttled_time: 3_000_000 } } };
    expect(usageFromStats(paused, 0)).toMatchObject({ throttledMs: 3, limitsHit: 0 });
    const networks = { eth0: { rx_bytes: 5, tx_bytes: 7 }, eth1: { rx_bytes: 1 } };
    expect(usageFromStats({ networks, cpu_stats: { cpu_usage: { total_usage: 2_500_000 } } }, 0)).toMatchObject({
      cpuMs: 2.5,
      receivedBytes: 6,
      sentBytes: 7,
    });
  });

  it('names the limits that a host cannot hold', () => {
    const info = { MemoryLimit: false, SwapLimit: false, CpuCfsQuota: true, NCPU: 4, Architecture: 'aarch64' };
    expect(factsFromInfo(info).missingLimits).toEqual(['memory', 'swap']);
    expect(factsFromInfo({})).toMatchObject({ missingLimits: [], cores: 1, platform: 'linux/unknown' });
  });

  it.each([
    ['', null, NOBODY],
    ['root', null, NOBODY],
    ['0:0', null, NOBODY],
    ['00', null, NOBODY],
    ['1000:1000', null, '1000:1000'],
    ['nonroot', null, 'nonroot'],
    ['1000', { uid: 33, gid: 34 }, '33:34'],
    ['', { uid: 0, gid: 0 }, NOBODY],
    ['1000', { uid: 0, gid: 0 }, NOBODY],
  ])('runs an image of user %j over data of %j as %s, never as root', (image, owner, user) => {
    expect(chooseUser(image, owner)).toBe(user);
  });

  it('marks what is its own with names that engines accept for every app and device', () => {
    const app = `0${'_-'.repeat(31)}`;
    expect(containerName(app, DIGEST, 'beef')).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/);
    expect(imageTag(app, DIGEST)).toMatch(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}$/);
    expect(imageRepository('default/pi-__-')).toMatch(/^[a-z0-9.]+\/[a-z0-9]+$/);
    expect(imageRepository('a/b')).not.toBe(imageRepository('a/c'));
  });

  it('hands events on as one line, whatever is in them', () => {
    const line = eventLine({ on: 'mqtt', topic: 'a\nb', payload: Buffer.from('x\ny') });
    expect(line?.split('\n')).toHaveLength(2);
    expect(JSON.parse(line ?? '')).toEqual({
      on: 'mqtt',
      topic: 'a\nb',
      payload: Buffer.from('x\ny').toString('base64'),
    });
    expect(eventLine({ on: 'start' })).toBeNull();
  });

  it.each([
    [undefined, true],
    [{ Status: 'none' }, true],
    [{ Status: 'healthy' }, true],
    [{ Status: 'starting' }, false],
    [{ Status: 'unhealthy', Log: [] }, false],
  ])('takes the HEALTHCHECK %j for well: %s', (health, isWell) => {
    const state = { Running: true, Status: 'running', Health: health } as Parameters<typeof judgeState>[0];
    expect(judgeState(state).ok).toBe(isWell);
    expect(judgeState({ ...state, Running: false }).ok).toBe(false);
  });
});
