import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isEngineAbsent } from './absent.ts';
import { createLateDockerRuntime } from './late-runtime.ts';

const code = (outcome: { ok: boolean; problems?: readonly { code: string }[] }) => outcome.problems?.[0]?.code ?? 'ok';

test('without a socket it refuses and cleans up without an error; an engine that comes later is met', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-late-'));
  const socketPath = join(folder, 'engine.sock');
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const runtime = createLateDockerRuntime({ device: 'default/pi-1', socketPath });
  expect(code(await runtime.probe())).toBe('no_runtime');
  expect(code(await runtime.prepare({} as never))).toBe('no_runtime');
  await runtime.cleanUp();
  await runtime.forgetExcept?.(new Set());
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  await runtime.probe();
  expect(asked).not.toEqual([]);
});

test('a socket that may not be looked at counts as one that is there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-late-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'locked'), { mode: 0 });
  const absent = (path: string) => isEngineAbsent(join(folder, path));
  // Root may look everywhere.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    expect([absent('locked/engine.sock'), absent('engine.sock'), absent('locked')]).toEqual([false, true, false]);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});
