import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { HardwareClaims } from '../src/hardware/claims.ts';
import { FakeHardware } from '../src/hardware/fake/hardware.ts';
import { hardwareScript } from '../src/hardware/fake/script.ts';
import { recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { type Overrides, workload } from '../src/runtimes/testing/workload.ts';
import { createWasmRuntime } from '../src/runtimes/wasm/runtime.ts';
import { until } from './until.ts';
import { assemblyScript, c, example, folder } from './wasm/compile.ts';

/** Guests that use pins, buses and serial devices, in real runners, over hardware in memory. */
const GRANTS = { gpio: { led: 'out', button: 'in' }, i2c: { sensors: [0x48] }, serial: ['gps'] } as const;
const SCRIPT = hardwareScript().parse({
  gpio: { led: { direction: 'out' }, button: { direction: 'in' } },
  i2c: { sensors: { 72: { 0: [0x15, 0x40] }, 80: { 0: [0xee] } } },
  serial: { gps: { echoes: true } },
});
const hardware = new FakeHardware(SCRIPT, { elapsedMs: () => 0 });
const runtime = createWasmRuntime({ stateDir: folder, runnerPool: 0, hardware: new HardwareClaims(hardware) });
const modules = {} as Record<'program' | 'script', string>;

beforeAll(() => {
  const build = resolve(import.meta.dirname, '../../guest-sdk/scripts/build-examples.ts');
  execFileSync(process.execPath, [build, 'blink'], { stdio: ['ignore', 'ignore', 'inherit'] });
  modules.program = c(
    'hardware-program',
    `#include <stdio.h>
     #include <string.h>
     #include <wherry.h>
     #define NAME(text) text, (int)strlen(text)
     int main(void) {
       unsigned char reg = 0, value[2] = {0, 0};
       struct wherry_i2c_operation both[] = {{0, &reg, 1}, {1, value, 2}}, wild[] = {{2, value, 1}}, many[17] = {{0}};
       printf("led %d %d %d\\n", wherry_gpio_write(NAME("led"), 1), wherry_gpio_read(NAME("led")), wherry_gpio_write(NAME("button"), 1));
       printf("i2c %d %02x%02x", wherry_i2c_transaction(NAME("sensors"), 0x48, both, 2), value[0], value[1]);
       printf(" %d %d", wherry_i2c_transaction(NAME("sensors"), 0x50, both, 2), wherry_i2c_transaction(NAME("other"), 0x48, both, 2));
       printf(" %d %d\\n", wherry_i2c_transaction(NAME("sensors"), 0x48, wild, 1), wherry_i2c_transaction(NAME("sensors"), 0x48, many, 17));
       char back[8] = "";
       printf("serial %d %d", wherry_serial_open(NAME("gps"), 4800), wherry_serial_write(NAME("gps"), "hi", 2));
       int n = wherry_serial_read(NAME("gps"), back, sizeof back, 1000);
       printf(" %d %s %d %d\\n", n, back, wherry_serial_read(NAME("gps"), back, 8, 0), wherry_serial_open(NAME("/dev/ttyS0"), 0));
       printf("wait %d %d\\n", wherry_gpio_wait(NAME("button"), 1, 0), wherry_gpio_wait(NAME("button"), 9, 0));
       return 0;
     }`,
  );
  modules.script = assemblyScript(
    'hardware-script',
    `import { DigitalIn, DigitalOut, I2c, Serial, respond } from "@sdk";
     export function onHttp(method: string, path: string, query: string, body: ArrayBuffer): ArrayBuffer {
       const led = new DigitalOut("led");
       const before = led.isActive();
       led.toggle();
       const sensor = new I2c("sensors", 0x48);
       const value = sensor.readRegister(0, 2);
       const nobody = new I2c("sensors", 0x50);
       const none = nobody.read(1);
       const gps = new Serial("gps");
       gps.open();
       gps.writeText("ping");
       const heard = gps.read(16, 1000);
       return respond(200, before.toString() + " " + led.isActive().toString() + " " + new DigitalIn("button").isActive().toString()
         + " " + (value === null ? "null" : value[0].toString() + "," + value[1].toString())
         + " " + (none === null).toString() + " " + nobody.status.toString()
         + " " + (heard === null ? "null" : String.UTF8.decode(heard)));
     }`,
  );
}, 120_000);

async function start(module: string, overrides: Overrides = {}) {
  const host = recordingHost();
  const outcome = await runtime.start(workload(module, { capabilities: GRANTS as never, ...overrides }), host);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  const instance = outcome.value;
  onTestFinished(() => instance.stop(0));
  return { instance, host };
}

it('a C program uses what it was granted, and no more', async () => {
  const { instance, host } = await start(modules.program, {
    abi: 'wasi-p1',
    triggers: [{ on: 'cron', schedule: '* * * * *' }],
  });
  expect(await instance.call({ on: 'cron', schedule: '* * * * *', atMs: 0 })).toMatchObject({ ok: true });
  expect(host.logs.map(({ text }) => text)).toEqual([
    'led 0 1 -2',
    'i2c 2 1540 -2 -2 -3 -3',
    'serial 0 2 2 hi -5 -2',
    'wait -5 -3',
  ]);
});

it('an AssemblyScript module does so through the library', async () => {
  const triggers = [{ on: 'http' as const, path: '/', methods: ['GET' as const] }];
  const { instance } = await start(modules.script, { triggers });
  const called = await instance.call({
    on: 'http',
    method: 'GET',
    path: '/',
    query: '',
    headers: {},
    body: Buffer.of(),
  });
  if (!called.ok) throw new Error(JSON.stringify(called.problems));
  const [before, after, ...rest] = Buffer.from(called.value.answer?.body ?? [])
    .toString()
    .split(' ');
  expect(after).toBe(before === 'true' ? 'false' : 'true');
  expect(rest.join(' ')).toBe('false 21,64 true -2 ping');
});

it('blink waits for its button longer than a call may last, and then says how warm it is', async () => {
  const { instance, host } = await start(example('blink'), { limits: { wallMs: 150 } });
  const running = instance.call({ on: 'start' });
  // It began to blink; its second toggle is a wait of 100 ms later, its third is past the wall limit of a call.
  for (let toggles = 0; toggles < 3; toggles += 1) {
    const before = hardware.isActive('led');
    await until('the led changes', () => hardware.isActive('led') !== before);
  }
  hardware.drive('button', true);
  expect(await running).toMatchObject({ ok: true });
  expect(host.logs).toMatchObject([{ level: 'info', text: 'pressed at 21.25 degrees' }]);
  expect(hardware.isActive('led')).toBe(false);
  hardware.drive('button', false);
});

it('an output has one app; another is refused until the first is gone', async () => {
  const { instance } = await start(modules.script);
  const wanting = { ...workload(modules.script, { capabilities: GRANTS as never }), app: 'other' };
  expect(await runtime.prepare(wanting)).toMatchObject({ ok: false, problems: [{ code: 'hardware_busy' }] });
  await instance.stop(500);
  expect(await runtime.prepare(wanting)).toMatchObject({ ok: true });
});

it('a release that asks for what the device does not have is refused', async () => {
  const spec = workload(modules.script, { capabilities: { ...GRANTS, gpio: { led: 'out', lamp: 'out' } } as never });
  expect(await runtime.prepare(spec)).toMatchObject({ ok: false, problems: [{ code: 'hardware_missing' }] });
  const bare = createWasmRuntime({ stateDir: folder, runnerPool: 0 });
  expect(await bare.prepare(spec)).toMatchObject({ ok: false, problems: [{ code: 'hardware_missing' }] });
});
