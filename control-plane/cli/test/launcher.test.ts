import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scratchFolder } from '../src/testing/scratch-folder.ts';

const LAUNCHER = new URL('../bin/wherry.js', import.meta.url);
/** Makes a Node believe that it is an older one. */
const OLDER = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})`;

/** The launcher in a package of its own, whose program waits for a signal or ends at once. */
function launch(args: readonly string[], options: { isPinned?: boolean } = {}): ChildProcess {
  const root = scratchFolder();
  for (const folder of ['package/bin', 'package/src', 'node_modules/node/bin'])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(LAUNCHER, join(root, 'package/bin/start.js'));
  writeFileSync(join(root, 'package/package.json'), '{"type":"module"}');
  writeFileSync(
    join(root, 'package/src/main.ts'),
    `const [what, code]: string[] = process.argv.slice(2);
     console.log(process.versions.node === '20.1.0' ? 'old' : 'pinned', process.argv.slice(2).join(' '));
     if (what === 'wait') { process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000); console.log('ready'); }
     else if (what === 'die') process.kill(process.pid, 'SIGKILL');
     else process.exit(Number(code));`,
  );
  if (options.isPinned !== false) symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node'));
  return spawn(process.execPath, ['--import', OLDER, join(root, 'package/bin/start.js'), ...args], { stdio: 'pipe' });
}

async function outcome(child: ChildProcess, onOutput: (out: string) => void = () => {}) {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk) => {
    out += chunk;
    onOutput(out);
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err };
}

it('an older Node hands over to the pinned one, with arguments, output and exit code', async () => {
  expect(await outcome(launch(['exit', '23']))).toEqual({ code: 23, out: 'pinned exit 23\n', err: '' });
});

it('signals reach the program, and its answer is the exit code', async () => {
  const child = launch(['wait']);
  const { code } = await outcome(child, (out) => {
    if (out.endsWith('ready\n')) child.kill('SIGTERM');
  });
  expect(code).toBe(7);
});

it('a program that is killed is told by the exit code', async () => {
  expect((await outcome(launch(['die']))).code).toBe(128 + 9);
});

it('without a pinned Node it says what to do', async () => {
  const { code, out, err } = await outcome(launch(['exit', '0'], { isPinned: false }));
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('npm ci');
});

it('the launchers of all programs are the same file', () => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const own = readFileSync(LAUNCHER, 'utf8');
  expect(read('agent/bin/wherry-agent.js')).toBe(own);
  expect(read('control-plane/server/bin/wherry-server.js')).toBe(own);
});
