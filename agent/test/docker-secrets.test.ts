import { existsSync, mkdtempSync, readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeStraySecrets, writeSecretFiles } from '../src/runtimes/docker/secret-files.ts';
import type { WorkloadSpec } from '../src/runtimes/port.ts';
import { recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { ENGINES, missing, setUpContainers } from './container-stage.ts';
import { containerSpec, ownerOf } from './container-world.ts';
import { until } from './until.ts';

/** Secrets of containers: files in memory, for as long as the container is there. */
const VALUE = 'correct-horse-battery-staple';
const hostWith = () => {
  const handed: Buffer[] = [];
  const secret = (name: string) => {
    if (name !== 'API_KEY') return null;
    const value = Buffer.from(VALUE);
    handed.push(value);
    return value;
  };
  return { host: { ...recordingHost(), secret }, handed };
};
const SECRETS = { capabilities: { secrets: { API_KEY: { env: true }, ABSENT: {} } } };

describe.each(ENGINES.filter((engine) => missing(engine) === undefined))('secrets of a container, %s', (engine) => {
  const stage = setUpContainers({ engine });

  it('are read-only files in memory, and nothing that the engine knows', async () => {
    const spec = containerSpec(stage.plain, { command: ['secret', 'API_KEY', 'ABSENT'], ...SECRETS });
    const { host, handed } = hostWith();
    const started = await stage.runtime.start(spec, host);
    if (!started.ok) throw new Error(JSON.stringify(started.problems));
    const instance = started.value;
    const lines = () => host.logs.filter(({ stream }) => stream === 'stdout').map(({ text }) => text);
    await until('the container has told them', () => lines().length >= 2, 60_000);
    expect(lines()).toEqual([
      `API_KEY=${VALUE} kept not in the environment`,
      'ABSENT=No such file or directory kept not in the environment',
    ]);
    expect(handed.every((value) => value.every((byte) => byte === 0))).toBe(true);
    const owner = ownerOf(stage.engine.socketPath);
    const [container] = await owner.listContainers({ all: true });
    const info = await owner.getContainer(container?.Id ?? '').inspect();
    expect(JSON.stringify(info)).not.toContain(VALUE);
    const source = info.Mounts.find(({ Destination }) => Destination === '/run/secrets')?.Source ?? '';
    expect(readFileSync(join(source, 'API_KEY'), 'utf8')).toBe(VALUE);
    expect(statfsSync(source).type).toBe(0x0102_1994);
    await instance.stop(1_000);
    await until('they are gone with it', () => !existsSync(dirname(source)), 60_000);
  });
});

describe('the files of secrets', () => {
  const spec = { app: 'box', release: SECRETS } as unknown as WorkloadSpec;

  it('are written nowhere but in memory', () => {
    const refused = writeSecretFiles(spec, hostWith().host, ['/proc', join(tmpdir(), 'not-there')]);
    expect(refused).toMatchObject({ ok: false, problems: [{ code: 'start_failed' }] });
  });

  it('of an agent that was killed are removed, those of one that lives are not', () => {
    const written = writeSecretFiles(spec, hostWith().host, ['/dev/shm']);
    if (!written.ok || written.value === null) throw new Error('not written');
    const { path, remove } = written.value;
    const stray = mkdtempSync('/dev/shm/wherry-secrets-4194305-');
    removeStraySecrets(['/dev/shm']);
    expect([existsSync(path), existsSync(stray)]).toEqual([true, false]);
    remove();
    expect(existsSync(dirname(path))).toBe(false);
  });
});
