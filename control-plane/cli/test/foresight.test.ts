import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { realModule } from '../../../protocol/src/testing/wasm-builder.ts';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { claimDevice, type RunningServer, startServer } from './fleet/processes.ts';

/** Plans, forecasts, reasons, drafts and times against the real server, with devices that were claimed and are switched off. */
const operator = recordedShell();
const file = (path: string) => join(operator.folder, path);
let server: RunningServer;

beforeAll(async () => {
  server = await startServer(file('server'));
  await ok('login', '--server', server.origin, '--token', server.adminToken);
  await ok('trust', 'init', '--app', 'a', '--no-passphrase');
  writeFileSync(file('root.json'), await ok('trust', 'root'));
  writeFileSync(file('a.wasm'), realModule());
  writeFileSync(file('wherry.yaml'), 'app: a\nversion: 1.0.0\nvariants:\n  - wasm: { module: a.wasm, abi: wasi-p1 }\n');
  await ok('publish');
  for (const [name, ring] of [
    ['pi-1', 'canary'],
    ['pi-2', 'fleet'],
    ['pi-3', 'fleet'],
  ] as const) {
    const claim = ['device', 'claim-token', '--device', name, '--label', `ring=${ring}`];
    const { token } = await json<{ token: string }>(...claim);
    claimDevice(server.origin, token, file('root.json'), file(name));
  }
});

afterAll(() => server?.stop());

async function ok(...argv: string[]): Promise<string> {
  const { exitCode, out, err } = await operator.run(...argv);
  expect({ exitCode, err: exitCode === 0 ? '' : err }).toEqual({ exitCode: 0, err: '' });
  return out;
}

async function json<T>(...argv: string[]): Promise<T> {
  return JSON.parse(await ok('--json', ...argv)) as T;
}

async function codeOf(...argv: string[]): Promise<string> {
  const { exitCode, err } = await operator.run('--json', ...argv);
  expect(exitCode).toBe(1);
  return JSON.parse(err).problems[0].code;
}

it('a plan names waves and devices, and changes nothing', async () => {
  const args = ['rollout', 'plan', 'a@1.0.0', '--wave', 'ring=canary', '--wave', 'rest; approval'];
  const plan = await json<{ total: number; waves: object[] }>(...args);
  expect(plan).toMatchObject({
    total: 3,
    online: 0,
    waves: [
      { index: 0, total: 1, approval: false, devices: [{ device: 'pi-1' }] },
      { index: 1, total: 2, approval: true },
    ],
  });
  const text = await ok(...args);
  expect(text).toMatch(/1 {2,}1 {2,}0 {2,}at once/);
  expect(text).toMatch(/2 {2,}2 {2,}0 {2,}when approved/);
  expect(await json('rollout', 'ls')).toEqual({ items: [] });
});

it('a wave of a file takes its devices in its order, and the rest is left out and named', async () => {
  writeFileSync(file('first.txt'), 'pi-3\npi-1\n');
  const plan = await json<{ leftOut: unknown[] }>('rollout', 'plan', 'a@1.0.0', '--wave', '@first.txt');
  expect(plan).toMatchObject({ total: 2, waves: [{ total: 2 }] });
  expect(plan.leftOut).toContainEqual(expect.objectContaining({ reason: 'no_wave', count: 1 }));
});

it('a forecast is the same for the same seed, draws its distribution, and answers a limit by its exit code', async () => {
  const args = [
    'rollout',
    'simulate',
    'a@1.0.0',
    '--failure-rate',
    '100%',
    '--devices',
    '100',
    '--seeds',
    '20',
    '--seed',
    '7',
  ];
  const forecast = await json<{ runs: number; reached: { max: number } }>(...args);
  expect(forecast).toMatchObject({ runs: 20, devices: 100, halted: 20, reached: { max: 1 } });
  expect(await json(...args)).toEqual(forecast);
  const text = await ok(...args, '--at-most', '1');
  expect(text).toMatch(/worst run +≤ 1 +1% +▍/);
  expect(text).toContain('Nothing was changed');
  const above = await operator.run(...args, '--at-most', '0');
  expect(above.exitCode).toBe(1);
  expect(above.err).toContain('--at-most allows 0');
});

it('a draft is kept, explained, and begun', async () => {
  const { id } = await json<{ id: string }>('rollout', 'start', 'a@1.0.0', '--draft', '--pace', '10/min');
  expect(await ok('rollout', 'show', id)).toContain(`wherry rollout publish ${id}`);
  expect(await json('rollout', 'explain', id)).toMatchObject({ state: 'draft', sentence: expect.stringMatching(/\w/) });
  const why = await ok('rollout', 'explain', id, 'pi-2');
  expect(why).toMatch(/Because\n {2}· \w/);
  expect(await codeOf('rollout', 'approve', id)).toBe('not_allowed_in_state');
  expect(await json('rollout', 'publish', id)).toMatchObject({ state: 'running', pace: { devicesPerMinute: 10 } });
  expect(await codeOf('rollout', 'publish', id)).toBe('not_allowed_in_state');
  expect(await json('rollout', 'explain', id, 'pi-1')).toMatchObject({ device: 'pi-1', state: 'waiting' });
  expect(await codeOf('rollout', 'explain', id, 'pi-404')).toBe('not_found');
  expect(await json('rollout', 'update', id, '--max-in-flight', '7', '--pace', 'off')).toMatchObject({
    maxInFlight: 7,
    pace: null,
  });
  await ok('rollout', 'abort', id);
  expect(await codeOf('rollout', 'update', id, '--max-in-flight', '7')).toBe('not_allowed_in_state');
});

it('a time, a window and dynamic are kept and shown', async () => {
  const { id } = await json<{ id: string }>(
    ...['rollout', 'start', 'a@1.0.0', 'ring=canary', '--at', '+2h', '--dynamic'],
    ...['--window', '0 2 * * *;2h;Europe/Berlin', '--no-metered', '--download-in-window'],
  );
  expect(await json('rollout', 'show', id)).toMatchObject({
    state: 'scheduled',
    dynamic: true,
    window: { cron: '0 2 * * *', durationMs: 7_200_000, timeZone: 'Europe/Berlin' },
    download: { metered: false, outsideWindow: false },
  });
  expect(await ok('rollout', 'show', id)).toMatch(/window +0 2 \* \* \* for 2h, Europe\/Berlin/);
  await ok('rollout', 'abort', id);
});

it('a wave that needs an approval waits for it, and a second approval is not the next one', async () => {
  const { id } = await json<{ id: string }>('rollout', 'start', 'a@1.0.0', '--wave', '1; approval', '--wave', 'rest');
  await expect.poll(async () => (await json<{ state: string }>('rollout', 'show', id)).state).toBe('awaiting_approval');
  expect(await ok('rollout', 'show', id)).toContain(`wave 1 begin: wherry rollout approve ${id}`);
  await ok('rollout', 'approve', id);
  expect(await json('rollout', 'show', id)).toMatchObject({ state: 'running', waves: [{ approval: 'given' }, {}] });
  const again = await operator.run('--json', 'rollout', 'approve', id, '--wave', '1');
  expect(again.exitCode).toBe(1);
  await ok('rollout', 'abort', id);
});
