import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { buildApp, claimDevice, type Running, type RunningServer, startAgent, startServer } from './fleet/processes.ts';

/** An operator's way from an empty control plane to a halted rollout, with the real server, agent and compiler. */
const shell = recordedShell();
let server: RunningServer;
let agent: Running | undefined;

beforeAll(async () => {
  server = await startServer(join(shell.folder, 'server'));
});

afterAll(async () => {
  await agent?.stop();
  await server.stop();
});

const file = (path: string) => join(shell.folder, path);

async function ok(...argv: string[]): Promise<string> {
  const { exitCode, out, err } = await shell.run(...argv);
  expect({ exitCode, err: exitCode === 0 ? '' : err }).toEqual({ exitCode: 0, err: '' });
  return out;
}

async function json<T>(...argv: string[]): Promise<T> {
  return JSON.parse(await ok('--json', ...argv)) as T;
}

async function fails(...argv: string[]): Promise<{ exitCode: number; codes: string[] }> {
  const { exitCode, err } = await shell.run('--json', ...argv);
  return { exitCode, codes: JSON.parse(err).problems.map((problem: { code: string }) => problem.code) };
}

/** Quick health, so that a verdict takes seconds. */
function editManifest(edit: (text: string) => string): void {
  writeFileSync(file('hello/wherry.yaml'), edit(readFileSync(file('hello/wherry.yaml'), 'utf8')));
}

describe('from nothing to a rollout', () => {
  it('a wrong token is refused and not stored', async () => {
    expect(await fails('login', '--server', server.origin, '--token', 'wop1.wrong')).toEqual({
      exitCode: 1,
      codes: ['unauthenticated'],
    });
    expect((await shell.run('device', 'ls')).err).toContain('wherry login');
  });

  it('empty lists say what to do next', async () => {
    await ok('login', '--server', server.origin, '--token', server.adminToken);
    expect(await ok('device', 'ls')).toContain('wherry device claim-token');
    expect(await ok('release', 'ls')).toContain('wherry publish');
    expect(await ok('rollout', 'ls')).toContain('wherry rollout start');
    expect(await ok('trust', 'audit')).toContain('wherry trust init');
    expect(await ok('top', '--once')).toContain('No usage');
  });

  it('an app is begun from a template, built and checked', async () => {
    await ok('init', 'hello');
    buildApp(file('hello'), 'hello');
    editManifest((text) =>
      text.replace(/health:.*/, 'health: { after: 100ms, every: 200ms, failures: 2, soak: 500ms }'),
    );
    const plan = await json<{ release: { releaseCounter: number }; upload: unknown[] }>(
      'publish',
      'hello',
      '--dry-run',
    );
    expect(plan).toMatchObject({
      release: { releaseCounter: 1 },
      upload: [{ digest: expect.stringMatching(/^sha256:/) }],
    });
    expect(await json('release', 'ls')).toEqual({ items: [] });
  });

  it('a release of an app that nobody may sign is refused, and accepted once its owner says who may', async () => {
    expect(await fails('publish', 'hello')).toEqual({ exitCode: 1, codes: ['not_allowed_in_state'] });
    await ok('trust', 'init', '--no-passphrase');
    writeFileSync(file('root.json'), await ok('trust', 'root'));
    expect(await fails('publish', 'hello')).toEqual({ exitCode: 1, codes: ['outside_delegation'] });
    await ok('trust', 'delegate', 'hello');
    expect(await fails('publish', 'hello', '--keys', 'nowhere')).toMatchObject({ exitCode: 1 });
    expect(await json('release', 'ls')).toEqual({ items: [] });
    const published = await json<{ digest: string; releaseCounter: number }>('publish', 'hello');
    expect(published.releaseCounter).toBe(1);
    expect(await json('release', 'show', 'hello@0.1.0')).toMatchObject({ digest: published.digest });
  });

  it('a version is published once; the next one gets the next number', async () => {
    expect(await fails('publish', 'hello')).toEqual({ exitCode: 1, codes: ['already_exists'] });
    editManifest((text) => text.replace('0.1.0', '0.2.0'));
    expect(await json('publish', 'hello')).toMatchObject({ releaseCounter: 2 });
  });

  it('a viewer cannot publish, and is told so', async () => {
    const { token } = await json<{ token: string }>('token', 'create', 'eye', '--role', 'viewer');
    editManifest((text) => text.replace('0.2.0', '0.3.0'));
    expect(await fails('publish', 'hello', '--token', token)).toEqual({
      exitCode: 1,
      codes: ['forbidden'],
    });
  });

  it('a rollout to nobody, or of nothing, is refused', async () => {
    expect(await fails('rollout', 'start', 'hello@0.1.0')).toEqual({ exitCode: 1, codes: ['no_devices_match'] });
    expect(await fails('rollout', 'start', 'nothing@1.0.0')).toEqual({ exitCode: 1, codes: ['release_unknown'] });
  });

  it('a device joins, and can be found and labelled', async () => {
    const { token } = await json<{ token: string }>(
      'device',
      'claim-token',
      '--device',
      'pi-1',
      '--label',
      'site=berlin',
    );
    claimDevice(server.origin, token, file('root.json'), file('device'));
    agent = startAgent(file('device'));
    await ok('device', 'label', 'pi-1', 'canary=yes');
    expect(await json('device', 'ls', 'site=berlin,canary,target=test-board')).toMatchObject({
      items: [{ device: 'pi-1' }],
      total: 1,
    });
    expect(await json('device', 'ls', '!canary')).toMatchObject({ items: [], total: 0 });
  });

  it('a rollout that is watched completes with exit code 0', async () => {
    const out = await ok(
      'rollout',
      'start',
      'hello@0.2.0',
      'canary',
      '--wave',
      '1,rest',
      '--soak',
      '0s',
      '--deadline',
      '1m',
      '--set',
      'NAME=Ada',
      '--watch',
    );
    expect(out).toContain('completed, wave');
    expect(await json('device', 'show', 'pi-1')).toMatchObject({
      workloads: [{ app: 'hello', version: '0.2.0', state: 'healthy' }],
    });
    expect(await ok('device', 'restart', 'pi-1', 'hello')).not.toBe('');
  });

  it('a release that does not become healthy halts with exit code 3, and an abort ends with 4', async () => {
    writeFileSync(
      file('hello/assembly/index.ts'),
      'export function onStart(): void {}\nexport function onHealth(): i32 { return 1; }\n',
    );
    buildApp(file('hello'), 'hello');
    await ok('publish', 'hello');
    const halted = await shell.run('rollout', 'start', 'hello@0.3.0', '--max-failures', '0', '--soak', '0s', '--watch');
    expect(halted.exitCode).toBe(3);
    expect(halted.out).toContain('wherry rollout resume');
    const [{ id }] = (await json<{ items: [{ id: string }] }>('rollout', 'ls')).items;
    expect(await ok('rollout', 'show', id, '--devices')).toContain('[health_failed]');
    await ok('rollout', 'abort', id);
    expect((await shell.run('rollout', 'watch', id)).exitCode).toBe(4);
    expect(await fails('rollout', 'resume', id)).toEqual({ exitCode: 1, codes: ['not_allowed_in_state'] });
    expect(await json('device', 'show', 'pi-1')).toMatchObject({
      workloads: [{ state: 'reverted', running: { version: '0.2.0' } }],
    });
  });

  it('everything that was changed is in the audit log', async () => {
    const { items } = await json<{ items: { action: string }[] }>('audit', '--limit', '100');
    const actions = new Set(items.map((entry) => entry.action));
    for (const action of ['update_trust', 'publish_release', 'create_claim_token', 'create_operator_token'])
      expect(actions).toContain(action);
  });
});
