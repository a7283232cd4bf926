import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { AgentProcess } from './agent-process.ts';
import { setUpStage } from './agent-stage.ts';
import { APP } from './agent-world.ts';
import { until } from './until.ts';
import { example } from './wasm/compile.ts';

/** Hardware through the whole agent: what the owner configured, what a device tells of it, what it refuses. */
const CONFIG = {
  runnerPool: 0,
  logLevel: 'info',
  fakeHardware: {
    gpio: { led: { direction: 'out' }, button: { direction: 'in', changes: [{ atMs: 150, active: true }] } },
    i2c: { sensors: { 72: { 0: [0x15, 0x40] } } },
  },
};
const CAPABILITIES = { gpio: { led: 'out', button: 'in' }, i2c: { sensors: [0x48] } };

const stage = setUpStage();
let blink: Buffer;
let agent: AgentProcess;

beforeAll(() => {
  const build = resolve(import.meta.dirname, '../../guest-sdk/scripts/build-examples.ts');
  execFileSync(process.execPath, [build, 'blink'], { stdio: ['ignore', 'ignore', 'inherit'] });
  blink = readFileSync(example('blink'));
}, 120_000);

async function startWith(config: object): Promise<void> {
  writeFileSync(join(stage.world.folder, 'agent.json'), JSON.stringify(config));
  agent = await stage.start();
}

function deploy(capabilities: object, version = '1.0.0'): void {
  const patch = { triggers: [{ on: 'start' }], capabilities } as never;
  const release = stage.world.publish({ version, module: blink, patch });
  stage.world.want([{ version, release }]);
}

function inventory() {
  const bodies = stage.world.items.map(({ body }) => body);
  return bodies.flatMap((body) => (body.type === 'state' && body.inventory ? [body.inventory] : [])).at(-1);
}

test('a device tells what it has by name, and a program uses it', async () => {
  await startWith(CONFIG);
  await until('the inventory is told', () => inventory() !== undefined);
  expect(inventory()?.hardware).toEqual({ gpio: { led: 'out', button: 'in' }, i2c: ['sensors'], serial: [] });
  deploy(CAPABILITIES);
  await stage.reached('healthy', '1.0.0');
  await until('the program saw the button', () => agent.stderr().includes('"hardware":"gpio led active"'));
});

test('a release that asks for a pin that is not there is refused by its code', async () => {
  await startWith(CONFIG);
  deploy({ ...CAPABILITIES, gpio: { ...CAPABILITIES.gpio, lamp: 'out' } });
  await stage.reached('rejected', '1.0.0');
  expect(stage.world.statusOf(APP)?.refusals).toMatchObject([{ code: 'hardware_missing' }]);
});

test('what the policy of the device denies is refused', async () => {
  await startWith({ ...CONFIG, policy: { allowI2c: false } });
  deploy(CAPABILITIES);
  await stage.reached('rejected', '1.0.0');
  expect(stage.world.statusOf(APP)?.refusals).toMatchObject([{ code: 'capability_denied' }]);
});

test('pins whose chip is not there fail the program that uses them, and nothing else', async () => {
  const chip = '/dev/no-such-chip';
  const gpio = { led: { chip, line: 1 }, button: { chip, line: 2 } };
  await startWith({ runnerPool: 0, hardware: { gpio, i2c: { sensors: { path: '/dev/no-such-bus' } } } });
  deploy(CAPABILITIES);
  // Before or after its verdict, as fast as the machine is.
  await until('the program fails', () => {
    const { state, restarts = 0 } = stage.world.statusOf(APP) ?? {};
    return state === 'failed' || restarts > 0;
  });
  expect(agent.stderr()).not.toContain('uncaught');
});
