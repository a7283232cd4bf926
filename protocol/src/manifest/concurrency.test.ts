import { describe, expect, it } from 'vitest';
import { parseManifest } from './parse.ts';

function parse(abi: string, concurrency: unknown, more: object = {}, triggers: unknown[] = []) {
  const http = { path: '/hello', ...(concurrency === undefined ? {} : { concurrency }) };
  const variants = [{ wasm: { module: 'hello.wasm', abi } }];
  return parseManifest({
    value: { app: 'hello', version: '1.0.0', variants, triggers: [{ http }, ...triggers], ...more },
  });
}

describe('concurrency of an http trigger', () => {
  it.each(['wasi-p1', 'component'])('is kept for %s', (abi) => {
    const trigger = { on: 'http', path: '/hello', methods: ['GET', 'POST'], concurrency: 16 };
    expect(parse(abi, 16, {}, [{ cron: '* * * * *' }])).toMatchObject({ ok: true, value: { triggers: [trigger, {}] } });
  });

  it.each([undefined, 1])('of %s is none, and fits every program', (concurrency) => {
    const parsed = parse('assemblyscript', concurrency, { capabilities: { data: '1MiB' } }, ['start']);
    expect(parsed.ok && parsed.value.triggers[0]).toEqual({ on: 'http', path: '/hello', methods: ['GET', 'POST'] });
  });

  it.each<[string, ReturnType<typeof parse>]>([
    ['an assemblyscript module', parse('assemblyscript', 2)],
    ['a program with a start trigger', parse('wasi-p1', 2, {}, ['start'])],
    ['a program with a data folder', parse('component', 2, { capabilities: { data: '1MiB' } })],
    ['a program with hardware', parse('wasi-p1', 2, { capabilities: { gpio: { led: 'out' } } })],
    ['less than one', parse('wasi-p1', 0)],
    ['more than sixteen', parse('wasi-p1', 17)],
    ['a part of one', parse('wasi-p1', 1.5)],
  ])('is refused for %s', (_, parsed) => {
    const problem = { code: 'invalid_manifest', path: '/triggers/0/http/concurrency' };
    expect(parsed).toMatchObject({ ok: false, problems: [problem] });
  });
});
