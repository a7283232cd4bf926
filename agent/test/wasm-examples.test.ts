import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { TriggerEvent } from '../src/runtimes/port.ts';
import { example } from './wasm/compile.ts';
import { start } from './wasm/start.ts';

/** The examples of the guest SDK do on a device what they say. */
beforeAll(() => {
  const script = resolve(import.meta.dirname, '../../guest-sdk/scripts/build-examples.ts');
  execFileSync(process.execPath, [script], { stdio: ['ignore', 'ignore', 'inherit'] });
}, 120_000);

const http = (method: string, path: string, query = '', body = ''): TriggerEvent => ({
  on: 'http',
  method,
  path,
  query,
  headers: {},
  body: Buffer.from(body),
});
const THERMOSTAT = { capabilities: { kv: true, mqtt: { publish: ['hvac/setpoint'] } }, config: { ZONE: 'attic' } };

async function text(call: Promise<{ ok: boolean; value?: { answer?: { body: Uint8Array } } }>): Promise<string> {
  return Buffer.from((await call).value?.answer?.body ?? []).toString();
}

it('hello greets whom its config names', async () => {
  const { instance, host } = await start(example('hello'), { config: { NAME: 'Ada' } });
  await instance.call({ on: 'start' });
  expect(host.logs).toMatchObject([{ level: 'info', text: 'hello, Ada' }]);
});

it('greeter greets and counts', async () => {
  const { instance } = await start(example('greeter'), { capabilities: { kv: true } });
  expect(await text(instance.call(http('GET', '/greeter', 'name=Ada+L%C3%B6')))).toBe('hello, Ada Lö\n');
  expect(await text(instance.call(http('POST', '/greeter', '', 'Grace')))).toBe('hello, Grace\n');
  expect(await text(instance.call(http('GET', '/greeter/count')))).toBe('{"count":2}');
});

it('thermostat tells the heating a setpoint for what the sensor says, and again on its schedule', async () => {
  const { instance, host } = await start(example('thermostat'), THERMOSTAT);
  await instance.call({ on: 'mqtt', topic: 'sensors/a/temperature', payload: Buffer.from('18.5') });
  await instance.call({ on: 'cron', schedule: '*/5 * * * *', atMs: 0 });
  await instance.call({ on: 'mqtt', topic: 'sensors/a/temperature', payload: Buffer.from('warm') });
  const payload = '{"zone":"attic","celsius":18.5,"setpoint":22.5}';
  expect(host.published).toEqual(Array.from({ length: 2 }, () => ({ topic: 'hvac/setpoint', payload })));
  expect(await instance.probe()).toMatchObject({ ok: true });
});

it('the faulty thermostat notices its own mistake', async () => {
  const { instance } = await start(example('thermostat-faulty', 'thermostat'), THERMOSTAT);
  expect(await instance.probe()).toMatchObject({ ok: false, problems: [{ code: 'health_failed' }] });
});

it('wordcount counts the body of a request', async () => {
  const triggers = [{ on: 'http', path: '/wordcount', methods: ['POST'] }] as const;
  const { instance } = await start(example('wordcount'), {
    abi: 'wasi-p1',
    triggers: triggers.map((t) => ({ ...t, methods: ['POST'] })),
  });
  expect(await text(instance.call(http('POST', '/wordcount', '', 'one two\nthree\n')))).toBe('2 3 14\n');
});

it('tally counts the words of a request, as a component', async () => {
  const { instance, host } = await start(example('tally'), {
    abi: 'component',
    triggers: [{ on: 'mqtt', filter: 'a' }],
  });
  expect(await text(instance.call(http('POST', '/tally', '', 'Öl und Wasser und Öl')))).toBe(
    '{"und":2,"öl":2,"wasser":1}\n',
  );
  await instance.call({ on: 'mqtt', topic: 'a', payload: Buffer.from('one') });
  expect(host.logs).toMatchObject([{ stream: 'stdout', text: '{"one":1}' }]);
});
