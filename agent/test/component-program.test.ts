import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { componentOfJavaScript } from '@wherry/guest-sdk/component-tools';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Instance } from '../src/runtimes/port.ts';
import { recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { folder } from './wasm/compile.ts';
import { start } from './wasm/start.ts';

/**
 * A command of WASI 0.2 that nobody here wrote, QuickJS, with a script of ours that asks our host for everything it offers, and for
 * what it must not give.
 */
const MIB = 1024 * 1024;
const component = join(folder, 'everything.wasm');
const limits = { memoryBytes: 16 * MIB, wallMs: 20_000, cpuShare: 4 };
const triggers = [{ on: 'http' as const, path: '/', methods: ['POST' as const] }];

beforeAll(async () => {
  const source = (name: string) => readFileSync(resolve(import.meta.dirname, 'wasm', name), 'utf8');
  writeFileSync(component, await componentOfJavaScript(source('everything.js'), source('everything.wit')));
}, 120_000);

async function ask(instance: Instance, question: object): Promise<unknown> {
  const body = Buffer.from(JSON.stringify(question));
  const outcome = await instance.call({ on: 'http', method: 'POST', path: '/', query: 'q=1', headers: {}, body });
  if (!outcome.ok) return outcome.problems[0]?.code;
  return JSON.parse(Buffer.from(outcome.value.answer?.body ?? []).toString());
}

function open(dataBytes?: number) {
  const world = mkdtempSync(join(tmpdir(), 'wherry-component-'));
  const dataPath = join(world, 'data');
  mkdirSync(dataPath);
  writeFileSync(join(world, 'secret.txt'), 'secret');
  const capabilities = { env: ['ZONE'], ...(dataBytes === undefined ? {} : { dataBytes }) };
  const config = { ZONE: 'attic' };
  const opened = start(component, { abi: 'component', triggers, limits, capabilities, config, dataPath });
  return opened.then(({ instance, host }) => ({ instance, host, dataPath }));
}

describe('a command of WASI 0.2', () => {
  it('sees its trigger, its config and its folder, and has clocks and randomness', async () => {
    const { instance } = await open(MIB);
    expect(await ask(instance, { do: 'look' })).toMatchObject({
      environment: { WHERRY_TRIGGER: 'http', REQUEST_METHOD: 'POST', QUERY_STRING: 'q=1', ZONE: 'attic' },
      arguments: ['guest'],
      folders: ['/data'],
    });
    const clocks = (await ask(instance, { do: 'clocks' })) as { sleptNs: number; seconds: number };
    expect(clocks.sleptNs).toBeGreaterThanOrEqual(20_000_000);
    expect(clocks.sleptNs).toBeLessThan(3_600_000_000_000);
    expect(Math.abs(clocks.seconds - Date.now() / 1000)).toBeLessThan(60);
    expect(await ask(instance, { do: 'random' })).toEqual([16, true]);
  });

  it('has those secrets in its environment that its release names for it, and the bytes are wiped here', async () => {
    const handed: Uint8Array[] = [];
    const secret = (name: string) => {
      if (name === 'ABSENT') return null;
      const value = Buffer.from(`${name} of ours`);
      handed.push(value);
      return value;
    };
    const secrets = { API_KEY: { env: true }, ABSENT: { env: true }, QUIET: {} };
    const host = { ...recordingHost(), secret };
    const { instance } = await start(
      component,
      { abi: 'component', triggers, limits, capabilities: { secrets } },
      host,
    );
    const { environment } = (await ask(instance, { do: 'look' })) as { environment: Record<string, string> };
    expect(environment).toMatchObject({ API_KEY: 'API_KEY of ours' });
    for (const name of ['ABSENT', 'QUIET', 'OTHER']) expect(environment).not.toHaveProperty(name);
    expect(handed.map((value) => value.every((byte) => byte === 0))).toEqual([true]);
  });

  it('has files, directories and links', async () => {
    const { instance, dataPath } = await open(MIB);
    expect(await ask(instance, { do: 'files' })).toEqual({
      size: 13,
      content: 'hello',
      part: ['ell', false],
      type: ['regular-file', 'directory', 'symbolic-link'],
      names: ['harder regular-file', 'link symbolic-link'],
      link: '../a.txt',
      same: true,
      links: 2,
      left: ['a.txt regular-file'],
    });
    expect(readFileSync(join(dataPath, 'a.txt'), 'utf8')).toBe('hello');
  });

  it('gets nothing outside its folder', async () => {
    const { instance, dataPath } = await open(MIB);
    symlinkSync('../secret.txt', join(dataPath, 'planted'));
    symlinkSync('/etc/passwd', join(dataPath, 'absolute'));
    const paths = ['../secret.txt', '/etc/passwd', 'planted', 'absolute', './../data/../secret.txt', 'a\0b'];
    expect(await ask(instance, { do: 'escape', paths })).toEqual([
      ...Array.from({ length: 5 }, () => 'not-permitted'),
      'invalid',
    ]);
    expect(await ask(instance, { do: 'refusals' })).toEqual([
      'no-entry',
      'is-directory',
      'not-permitted',
      'no-entry',
      'not-permitted',
    ]);
  });

  it('has no folder that it was not given, and no more of it than its quota', async () => {
    const none = await open();
    expect(await ask(none.instance, { do: 'look' })).toMatchObject({ folders: [] });
    const { instance } = await open(64 * 1024);
    const { written, failure } = (await ask(instance, { do: 'fill', bytes: MIB })) as {
      written: number;
      failure: string;
    };
    expect(failure).toBe('failed');
    expect(written).toBeLessThanOrEqual(64 * 1024);
  });

  it('begins afresh with each trigger, and what it writes is logged', async () => {
    const { instance, host } = await start(component, {
      abi: 'component',
      limits,
      triggers: [{ on: 'mqtt', filter: 'a' }],
    });
    const payload = Buffer.from(JSON.stringify({ do: 'complain', text: 'öde' }));
    expect(await instance.call({ on: 'mqtt', topic: 'a', payload })).toMatchObject({ ok: true });
    expect(await instance.call({ on: 'mqtt', topic: 'a', payload })).toMatchObject({ ok: true });
    const complaints = host.logs.filter(({ text }) => text === 'öde');
    expect(complaints).toMatchObject([{ stream: 'stderr' }, { stream: 'stderr' }]);
  });

  it('ends with the code it exits with, and for its limits', async () => {
    const { instance } = await open();
    expect(await ask(instance, { do: 'exit', code: 3 })).toBe('guest_error');
    expect(await ask(instance, { do: 'nothing that is there' })).toBe('guest_error');
    expect(await ask(instance, { do: 'hoard' })).toBe('memory_limit');
    expect(await ask(instance, { do: 'random' })).toEqual([16, true]);
    const looping = await start(component, { abi: 'component', triggers, limits: { ...limits, wallMs: 1_500 } });
    expect(await ask(looping.instance, { do: 'loop' })).toBe('wall_limit');
    expect(await looping.instance.exited).toMatchObject({ kind: 'crashed', code: 'wall_limit' });
  });
});
