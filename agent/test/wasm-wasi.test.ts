import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { c } from './wasm/compile.ts';
import { start } from './wasm/start.ts';
import { PROGRAMS } from './wasm/wasi-programs.ts';

/** Our WASI preview 1 host, asked by C programs built with wasi-libc. */
const world = mkdtempSync(join(tmpdir(), 'wherry-wasi-'));
const data = join(world, 'data');
const modules: Record<string, string> = {};

beforeAll(() => {
  mkdirSync(data);
  writeFileSync(join(world, 'outside.txt'), 'secret');
  symlinkSync('/etc', join(data, 'planted'));
  for (const [name, source] of Object.entries(PROGRAMS)) modules[name] = c(name, source);
}, 60_000);

/** Runs a module as `wherry run` does, in a process of its own, since its streams are the program's. */
function runLocal(
  name: string,
  options: { args?: string[]; dir?: string; env?: Record<string, string>; input?: string },
) {
  const entry = resolve(import.meta.dirname, '../src/runtimes/wasm/run-local.ts');
  const request = {
    file: modules[name],
    args: options.args ?? [],
    dirs: options.dir === undefined ? [] : [{ host: options.dir, guest: '/' }],
    env: options.env ?? {},
    memoryBytes: 16 * 1024 * 1024,
    wallMs: 10_000,
    abi: 'auto',
  };
  const script = `import { runLocal } from ${JSON.stringify(entry)};
    const { exitCode, problem } = await runLocal(${JSON.stringify(request)});
    if (problem) console.log(JSON.stringify(problem));
    process.exit(exitCode);`;
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    input: options.input ?? '',
    encoding: 'utf8',
  });
  return { status: ran.status, stdout: ran.stdout };
}

describe('WASI preview 1', () => {
  it('lets no path out of the folder', () => {
    expect(runLocal('escapes', { dir: data })).toEqual({ status: 0, stdout: '' });
    expect(readFileSync(join(world, 'outside.txt'), 'utf8')).toBe('secret');
    expect(readdirSync(world).sort()).toEqual(['data', 'outside.txt']);
  });

  it('has files, directories and links as POSIX has them', () => {
    expect(runLocal('files', { dir: mkdtempSync(join(world, 'data', 'files-')) })).toEqual({ status: 0, stdout: '' });
  });

  it('has arguments, environment, clocks, randomness, rights, descriptors and exit codes', () => {
    const dir = mkdtempSync(join(world, 'data', 'calls-'));
    expect(runLocal('calls', { dir, args: ['one', 'zwölf'], env: { ZONE: 'hall' } })).toEqual({
      status: 42,
      stdout: '',
    });
  });

  it('gives a release its data folder, and no more of it than was granted', async () => {
    const dataPath = mkdtempSync(join(tmpdir(), 'wherry-data-'));
    const { instance, host } = await start(modules.quota as string, {
      abi: 'wasi-p1',
      capabilities: { dataBytes: 64 * 1024 },
      dataPath,
    });
    const outcome = await instance.call({ on: 'start' });
    expect(host.logs.map(({ text }) => text)).toEqual([]);
    expect(outcome).toMatchObject({ ok: true });
  });

  it('is not fooled by a folder that becomes a link while a path is walked', async () => {
    const dataPath = mkdtempSync(join(tmpdir(), 'wherry-race-'));
    const outside = mkdtempSync(join(tmpdir(), 'wherry-race-'));
    const at = (name: string) => join(dataPath, name);
    mkdirSync(at('sub'));
    writeFileSync(at('sub/file'), 'own');
    writeFileSync(join(outside, 'file'), 'secret');
    symlinkSync(outside, at('link'));
    const capabilities = { dataBytes: 64 * 1024 };
    const { instance, host } = await start(modules.race as string, {
      abi: 'wasi-p1',
      capabilities,
      dataPath,
      limits: { wallMs: 10_000 },
    });
    let isOver = false;
    const call = instance.call({ on: 'start' }).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      for (const [from, to] of [
        ['sub', 'aside'],
        ['link', 'sub'],
        ['sub', 'link'],
        ['aside', 'sub'],
      ] as const)
        renameSync(at(from), at(to));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const outcome = await call;
    expect(outcome, JSON.stringify(outcome)).toMatchObject({ ok: true });
    expect(host.logs.map(({ text }) => text)).toEqual(['opened refused']);
  });
});
