import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Builds every example to `examples/<name>/build/<app>.wasm`: AssemblyScript with asc, C with clang and wasi-libc (Debian:
 * clang lld wasi-libc libclang-rt-dev-wasm32), JavaScript as a component with QuickJS. Arguments name the examples to build; without any, all are.
 */
const packageDir = dirname(dirname(fileURLToPath(import.meta.url)));
const examplesDir = join(packageDir, 'examples');

/** The module's name is the app's: two releases of one app are two folders. */
const MODULE_NAMES: Readonly<Record<string, string>> = { 'thermostat-faulty': 'thermostat' };

function run(file: string, args: readonly string[]): void {
  execFileSync(file, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd: packageDir });
}

async function build(example: string): Promise<void> {
  const folder = join(examplesDir, example);
  const output = join(folder, 'build', `${MODULE_NAMES[example] ?? example}.wasm`);
  mkdirSync(dirname(output), { recursive: true });
  const source = join(folder, 'assembly', 'index.ts');
  // Renamed when it is whole: somebody else may be reading, or building, the same example.
  const partial = join(folder, 'build', `${process.pid}.wasm`);
  if (existsSync(source)) buildAssemblyScript(source, partial);
  else if (existsSync(join(folder, 'world.wit'))) await buildComponent(folder, partial);
  else buildC(join(folder, `${example}.c`), partial);
  renameSync(partial, output);
  console.log(output);
}

function buildAssemblyScript(source: string, output: string): void {
  const asc = fileURLToPath(import.meta.resolve('assemblyscript/asc'));
  const compiler = join(dirname(asc), '..', 'bin', 'asc.js');
  run(process.execPath, [compiler, source, '--outFile', output, '--runtime', 'incremental', '--exportRuntime', '-O2']);
}

/** The tools for components are large, and loaded only for an example that needs them. */
async function buildComponent(folder: string, output: string): Promise<void> {
  const { componentOfFolder } = await import('./component-tools.ts');
  writeFileSync(output, await componentOfFolder(folder));
}

function buildC(source: string, output: string): void {
  const include = `-I${join(packageDir, 'include')}`;
  run('clang', ['--target=wasm32-wasi', '-O2', '-Wall', '-Werror', include, source, '-o', output, '-Wl,--strip-all']);
}

const wanted = process.argv.slice(2);
for (const example of wanted.length > 0 ? wanted : readdirSync(examplesDir)) await build(example);
