import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Builds every example to `examples/<name>/build/<app>.wasm`: AssemblyScript with asc, C with clang and wasi-libc (Debian:
 * clang lld wasi-libc libclang-rt-dev-wasm32). Arguments name the examples to build; without any, all are.
 */
const packageDir = dirname(dirname(fileURLToPath(import.meta.url)));
const examplesDir = join(packageDir, 'examples');

/** The module's name is the app's: two releases of one app are two folders. */
const MODULE_NAMES: Readonly<Record<string, string>> = { 'thermostat-faulty': 'thermostat' };

function run(file: string, args: readonly string[]): void {
  execFileSync(file, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd: packageDir });
}

function build(example: string): void {
  const folder = join(examplesDir, example);
  const output = join(folder, 'build', `${MODULE_NAMES[example] ?? example}.wasm`);
  mkdirSync(dirname(output), { recursive: true });
  const source = join(folder, 'assembly', 'index.ts');
  if (existsSync(source)) buildAssemblyScript(source, output);
  else buildC(join(folder, `${example}.c`), output);
  console.log(output);
}

function buildAssemblyScript(source: string, output: string): void {
  const asc = fileURLToPath(import.meta.resolve('assemblyscript/asc'));
  const compiler = join(dirname(asc), '..', 'bin', 'asc.js');
  run(process.execPath, [compiler, source, '--outFile', output, '--runtime', 'incremental', '--exportRuntime', '-O2']);
}

function buildC(source: string, output: string): void {
  const include = `-I${join(packageDir, 'include')}`;
  run('clang', ['--target=wasm32-wasi', '-O2', '-Wall', '-Werror', include, source, '-o', output, '-Wl,--strip-all']);
}

const wanted = process.argv.slice(2);
for (const example of wanted.length > 0 ? wanted : readdirSync(examplesDir)) build(example);
