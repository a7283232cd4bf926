import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { FRAME_BYTES_MAX } from '../src/runner/frame.ts';
import { PidFiles } from '../src/runtimes/wasm/pid-files.ts';
import { processStartTicks } from '../src/runtimes/wasm/process-usage.ts';
import { RunnerProcess } from '../src/runtimes/wasm/runner-process.ts';
import { wat } from './wasm/compile.ts';
import { start } from './wasm/start.ts';

/** The runner as a process: what it is given, what it may send, and that it does not outlive its agent. */
const folder = mkdtempSync(join(tmpdir(), 'wherry-process-'));
const idle = wat('idle', '(module (memory (export "memory") 1))');
const LOOP = '(module (memory (export "memory") 1) (func (export "onStart") (loop $l (br $l))))';

it('holds nothing of the agent: no environment, limits of the kernel, no core files', async () => {
  const { instance } = await start(idle);
  // The guest's own; one that was started ahead may follow it, and not be itself yet.
  const [pid] = runnersOf(process.pid) as [number];
  expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toBe('');
  const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
  expect(limits).toMatch(/Max data size\s+\d+\s+\d+/);
  expect(limits).toMatch(/Max open files\s+256\s+256/);
  expect(limits).toMatch(/Max core file size\s+0\s+0/);
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')).toContain('--permission');
  await instance.stop(1_000);
});

const HOSTILE: Record<string, string> = {
  'a frame longer than any': `const b = Buffer.alloc(8); b.writeUInt32LE(${FRAME_BYTES_MAX + 1}); writeSync(3, b);`,
  'a frame too short to be one': 'const b = Buffer.alloc(8); b.writeUInt32LE(2); writeSync(3, b);',
  'a head longer than its frame':
    'const b = Buffer.alloc(12); b.writeUInt32LE(8); b.writeUInt32LE(100, 4); writeSync(3, b);',
  'a head that is not JSON': 'frame("{nope");',
  'an unknown message': 'frame(JSON.stringify({ type: "sudo" }));',
  'a known message with more in it': 'frame(JSON.stringify({ type: "idle", isIdle: true, __proto__x: 1 }));',
  'a header that would split an answer':
    'frame(JSON.stringify({ type: "host", op: "answer", status: 200, headers: { "x-a": "b\\r\\nset-cookie: c" } }));',
  'a host call that does not exist': 'frame(JSON.stringify({ type: "host", op: "exec", command: "id" }));',
};

for (const [what, code] of Object.entries(HOSTILE))
  it(`ends a runner that sends ${what}`, async () => {
    const path = join(folder, `${what.replaceAll(' ', '-')}.mjs`);
    const frame =
      'function frame(t) { const j = Buffer.from(t), b = Buffer.alloc(8); b.writeUInt32LE(4 + j.length); b.writeUInt32LE(j.length, 4); writeSync(3, Buffer.concat([b, j])); }';
    writeFileSync(path, `import { writeSync } from 'node:fs'; ${frame} ${code} setInterval(() => {}, 1000);`);
    const runner = new RunnerProcess({
      entry: { path, readPaths: [path] },
      dataBytes: null,
      moduleBytes: null,
      fileBytes: 0,
      preopens: [],
      stdio: 'log',
    });
    const exit = await runner.exited;
    expect(exit).toMatchObject({ signal: 'SIGKILL', violation: expect.stringMatching(/./) });
  });

it('does not outlive an agent that is killed, even in an endless loop', async () => {
  const script = join(folder, 'agent.ts');
  const source = resolve(import.meta.dirname, 'wasm', 'start.ts');
  writeFileSync(
    script,
    `import { createWasmRuntime } from ${JSON.stringify(resolve(source, '../../../src/runtimes/wasm/runtime.ts'))};
     import { workload } from ${JSON.stringify(resolve(source, '../../../src/runtimes/testing/workload.ts'))};
     const runtime = createWasmRuntime({ stateDir: ${JSON.stringify(folder)} });
     const host = { log() {}, async publish() { return { ok: true, message: '' }; }, kv: { get: () => null, set: () => true, delete() {} } };
     const spec = workload(${JSON.stringify(wat('spin', LOOP))}, { limits: { wallMs: 600000 } });
     const started = await runtime.start(spec, host);
     if (started.ok) void started.value.call({ on: 'start' });
     process.stdout.write(started.ok ? 'running' : JSON.stringify(started));`,
  );
  const agent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = await new Promise<string>((settle) => agent.stdout.once('data', (data) => settle(String(data))));
  expect(said).toBe('running');
  const [runner] = runnersOf(agent.pid as number);
  expect(runner).toBeGreaterThan(0);
  agent.kill('SIGKILL');
  await expect.poll(() => processStartTicks(runner as number), { timeout: 60_000 }).toBeNull();
});

it('ends what a killed agent left behind, and nobody else', async () => {
  const left = spawn('sleep', ['60'], { stdio: 'ignore' });
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
  const state = join(folder, 'pids');
  const files = new PidFiles(state);
  files.add(left.pid as number);
  // A number that was a runner's once, and is somebody else's now.
  writeFileSync(join(state, `${stranger.pid}`), readFileSync(join(state, `${left.pid}`), 'utf8').replace(/\d+$/, '1'));
  expect(new PidFiles(state).endAll()).toEqual([left.pid]);
  await expect.poll(() => left.signalCode).toBe('SIGKILL');
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  expect(readdirSync(state)).toEqual([]);
  stranger.kill();
});

function runnersOf(parent: number): number[] {
  return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}
