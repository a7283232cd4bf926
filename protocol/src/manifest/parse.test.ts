import { describe, expect, it } from 'vitest';
import { parseManifest } from './parse.ts';

const IMAGE = `registry.example/thermostat@sha256:${'a'.repeat(64)}`;
const MINIMAL = { app: 'hello', version: '0.1.0', variants: [{ wasm: { module: 'a.wasm', abi: 'assemblyscript' } }] };

function problems(change: Record<string, unknown>): { path: string | undefined; code: string; message: string }[] {
  const read = parseManifest({ value: { ...MINIMAL, ...change } });
  return read.ok ? [] : read.problems.map(({ path, code, message }) => ({ path, code, message }));
}

describe('a manifest', () => {
  it('needs little, and has documented defaults', () => {
    expect(parseManifest({ value: MINIMAL })).toEqual({
      ok: true,
      value: {
        app: 'hello',
        version: '0.1.0',
        variants: [{ kind: 'wasm', abi: 'assemblyscript', modulePath: 'a.wasm' }],
        triggers: [{ on: 'start' }],
        capabilities: {},
        limits: { memoryBytes: 16 * 1024 * 1024, cpuShare: 0.5, wallMs: 2_000 },
        health: { afterMs: 10_000, everyMs: 10_000, failures: 3, soakMs: 120_000 },
        config: {},
      },
    });
  });

  it('may demand an isolation, and say what becomes of an idle module', () => {
    const read = parseManifest({ value: { ...MINIMAL, isolation: 'scope', idle: 'park' } });
    expect(read).toMatchObject({ ok: true, value: { minIsolation: 'scope', idle: 'park' } });
    expect(problems({ isolation: 'container' })).toMatchObject([{ path: '/isolation', code: 'invalid_manifest' }]);
    expect(problems({ idle: 'sleep' })).toMatchObject([{ path: '/idle', code: 'invalid_manifest' }]);
  });

  it('reads every short and long form', () => {
    const read = parseManifest({
      value: {
        ...MINIMAL,
        variants: [
          ...MINIMAL.variants,
          { container: { image: IMAGE, platforms: ['linux/arm64', 'linux/arm/v7'], command: ['serve'] } },
          { container: { archive: 'build/app.tar', platforms: ['linux/amd64'] } },
        ],
        triggers: [
          'start',
          { cron: '*/5 * * * *' },
          { cron: { schedule: '0 30 6 * jan-mar MON,FRI', timeZone: 'Europe/Berlin' } },
          { mqtt: 'sensors/+/temperature' },
          { http: '/hello' },
          { http: { path: '/set', methods: ['PUT'] } },
        ],
        capabilities: {
          mqtt: { publish: ['hvac/setpoint'] },
          http: { allow: ['https://api.example.com'] },
          kv: true,
          data: '4MiB',
          env: ['ZONE'],
        },
        limits: { memory: '64KiB', cpu: '150%', wall: '1h' },
        health: { after: '0s', every: '100ms', failures: 1, soak: '1d', http: '/healthz' },
        config: {
          ZONE: { type: 'string', default: 'hall', description: 'where it is' },
          MAX: { type: 'number', default: 3.5 },
          ON: { type: 'boolean', default: false },
        },
      },
    });
    expect(read).toMatchObject({
      ok: true,
      value: {
        variants: [
          { kind: 'wasm' },
          { kind: 'container', image: IMAGE, command: ['serve'] },
          { kind: 'container', archivePath: 'build/app.tar' },
        ],
        triggers: [
          { on: 'start' },
          { on: 'cron', schedule: '*/5 * * * *' },
          { on: 'cron', timeZone: 'Europe/Berlin' },
          { on: 'mqtt', filter: 'sensors/+/temperature' },
          { on: 'http', path: '/hello', methods: ['GET', 'POST'] },
          { on: 'http', path: '/set', methods: ['PUT'] },
        ],
        capabilities: { kv: true, dataBytes: 4 * 1024 * 1024 },
        limits: { memoryBytes: 65_536, cpuShare: 1.5, wallMs: 3_600_000 },
        health: { afterMs: 0, everyMs: 100, failures: 1, soakMs: 86_400_000, http: { path: '/healthz' } },
        config: { ZONE: { default: 'hall' }, MAX: { default: '3.5' }, ON: { default: 'false' } },
      },
    });
  });
});

describe('each mistake is named with its place and what to write instead', () => {
  it.each<[string, Record<string, unknown>, string, string, RegExp]>([
    ['a misspelt key', { limits: { memroy: '1MiB' } }, '/limits/memroy', 'invalid_manifest', /did you mean "memory"/],
    ['a misspelt top key', { trigers: [] }, '/trigers', 'invalid_manifest', /did you mean "triggers"/],
    ['a key that is like none', { zzzzzz: 1 }, '/zzzzzz', 'invalid_manifest', /here you can write app, version/],
    [
      'a misspelt key in a variant',
      { variants: [{ wasm: { modul: 'a', module: 'b', abi: 'wasi-p1' } }] },
      '/variants/0/wasm/modul',
      'invalid_manifest',
      /did you mean "module"/,
    ],
    [
      'a misspelt key in config',
      { config: { A: { type: 'string', defualt: 'x' } } },
      '/config/A/defualt',
      'invalid_manifest',
      /did you mean "default"/,
    ],
    ['a version that is a number', { version: 1.4 }, '/version', 'invalid_manifest', /in quotes: "1.4"/],
    ['a version of two parts', { version: '1.4' }, '/version', 'invalid_manifest', /MAJOR.MINOR.PATCH/],
    ['a bad name', { app: '../etc' }, '/app', 'invalid_manifest', /1 to 63 of a-z/],
    ['no variants', { variants: [] }, '/variants', 'invalid_manifest', /the least is 1 items/],
    ['a missing list', { variants: undefined }, '/variants', 'invalid_manifest', /it is missing; write a list/],
    [
      'an agent among programs',
      { variants: [{ agent: { archive: 'agent.tar.gz', target: 'generic-x64' } }] },
      '/variants',
      'invalid_manifest',
      /wherry-agent only/,
    ],
    ['a program as the agent', { app: 'wherry-agent' }, '/variants', 'invalid_manifest', /kind agent only/],
    ['an empty variant', { variants: [{}] }, '/variants/0', 'invalid_manifest', /one of wasm, container and agent/],
    [
      'an unknown ABI',
      { variants: [{ wasm: { module: 'a', abi: 'wasi' } }] },
      '/variants/0/wasm/abi',
      'invalid_manifest',
      /one of assemblyscript, wasi-p1, component/,
    ],
    [
      'an image by tag',
      { variants: [{ container: { image: 'app:latest', platforms: ['linux/arm64'] } }] },
      '/variants/0/container/image',
      'invalid_manifest',
      /by digest/,
    ],
    [
      'image and archive',
      { variants: [{ container: { image: IMAGE, archive: 'a.tar', platforms: ['linux/arm64'] } }] },
      '/variants/0/container',
      'invalid_manifest',
      /either image/,
    ],
    [
      'a bad platform',
      { variants: [{ container: { image: IMAGE, platforms: ['arm64'] } }] },
      '/variants/0/container/platforms/0',
      'invalid_manifest',
      /linux\/arm64/,
    ],
    ['a word for a trigger', { triggers: ['boot'] }, '/triggers/0', 'invalid_manifest', /write start, cron/],
    [
      'two triggers in one',
      { triggers: [{ mqtt: 'a/b', cron: '* * * * *' }] },
      '/triggers/0',
      'invalid_manifest',
      /own list item/,
    ],
    [
      'a trigger twice',
      { triggers: ['start', { start: true }] },
      '/triggers/1',
      'invalid_manifest',
      /repeats triggers\[0\]/,
    ],
    [
      'cron with four fields',
      { triggers: [{ cron: '* * * *' }] },
      '/triggers/0/cron/schedule',
      'invalid_manifest',
      /5 fields/,
    ],
    [
      'cron out of range',
      { triggers: [{ cron: '60 * * * *' }] },
      '/triggers/0/cron/schedule',
      'invalid_manifest',
      /"60" is out of range for a minute/,
    ],
    [
      'an unknown time zone',
      { triggers: [{ cron: { schedule: '* * * * *', timeZone: 'Mars/Base' } }] },
      '/triggers/0/cron/timeZone',
      'invalid_manifest',
      /IANA/,
    ],
    [
      'an MQTT filter with a partial wildcard',
      { triggers: [{ mqtt: 'a/b+' }] },
      '/triggers/0/mqtt/topic',
      'invalid_manifest',
      /whole levels/,
    ],
    [
      'a path without a slash',
      { triggers: [{ http: 'hello' }] },
      '/triggers/0/http/path',
      'invalid_manifest',
      /begin with "\/"/,
    ],
    ['a size without a unit', { limits: { memory: 16 } }, '/limits/memory', 'invalid_quantity', /16 has no unit/],
    ['a decimal size', { limits: { memory: '16MB' } }, '/limits/memory', 'invalid_quantity', /16MiB/],
    ['too much memory', { limits: { memory: '2GiB' } }, '/limits/memory', 'invalid_quantity', /64KiB to 1GiB/],
    ['a share without %', { limits: { cpu: 0.2 } }, '/limits/cpu', 'invalid_quantity', /like 20%/],
    ['no failures allowed', { health: { failures: 0 } }, '/health/failures', 'invalid_manifest', /the least is 1/],
    [
      'a host instead of an origin',
      { capabilities: { http: { allow: ['api.example.com'] } } },
      '/capabilities/http/allow/0',
      'invalid_manifest',
      /https:\/\//,
    ],
    [
      'a file URL',
      { capabilities: { http: { allow: ['file:///etc/passwd'] } } },
      '/capabilities/http/allow/0',
      'invalid_manifest',
      /https:\/\//,
    ],
    [
      'an undeclared variable',
      { capabilities: { env: ['ZONE'] } },
      '/capabilities/env/0',
      'invalid_manifest',
      /declare ZONE under config/,
    ],
    [
      'a config key in lower case',
      { config: { zone: { type: 'string' } } },
      '/config/zone',
      'invalid_manifest',
      /like ZONE/,
    ],
    [
      'a default of another type',
      { config: { A: { type: 'number', default: 'x' } } },
      '/config/A/default',
      'invalid_manifest',
      /of type number/,
    ],
    ['null where a block is needed', { limits: null }, '/limits', 'invalid_manifest', /this is empty/],
  ])('%s', (_, change, path, code, message) => {
    expect(problems(change)).toEqual([{ path, code, message: expect.stringMatching(message) }]);
  });

  it.each([null, undefined, 'text', 7, []])('a document that is %j', (value) => {
    expect(parseManifest({ value })).toMatchObject({ ok: false, problems: [{ code: 'invalid_manifest', path: '' }] });
  });

  it('all at once', () => {
    expect(problems({ app: 'A', version: '1', limits: { cpu: 1, memroy: 2 } })).toHaveLength(4);
  });

  it('asks where each path stands in the text', () => {
    const asked: unknown[] = [];
    const read = parseManifest({
      value: { ...MINIMAL, app: 'A' },
      locate: (path) => {
        asked.push(path);
        return { line: 3, column: 7 };
      },
    });
    expect(asked).toEqual([['app']]);
    expect(read).toMatchObject({ ok: false, problems: [{ line: 3, column: 7 }] });
  });

  it('is not fooled by names that every object inherits', () => {
    const value = JSON.parse(
      '{"app":"a","version":"1.0.0","variants":[{"wasm":{"module":"m","abi":"wasi-p1"}}],"__proto__":{"x":1}}',
    );
    expect(parseManifest({ value })).toMatchObject({ ok: false });
    const config = JSON.parse('{"__proto__":{"type":"string"}}');
    expect(parseManifest({ value: { ...MINIMAL, config } })).toMatchObject({ ok: true, value: { config: {} } });
    expect(problems({ limits: { constructor: '1MiB' } })).toHaveLength(1);
  });
});
