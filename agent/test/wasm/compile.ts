import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import binaryen from 'binaryen';

/** Makes guests for tests: AssemblyScript with asc, C with clang, WebAssembly text with binaryen. */
export const folder = mkdtempSync(join(tmpdir(), 'wherry-guests-'));
const root = resolve(import.meta.dirname, '..', '..', '..');
const asc = join(fileURLToPath(import.meta.resolve('assemblyscript/asc')), '..', '..', 'bin', 'asc.js');

export function assemblyScript(name: string, source: string): string {
  const [input, output] = [join(folder, `${name}.ts`), join(folder, `${name}.wasm`)];
  writeFileSync(input, source.replaceAll('@sdk', '@wherry/guest-sdk/assembly'));
  const flags = ['--runtime', 'incremental', '--exportRuntime', '-O1', '--path', join(root, 'node_modules')];
  execFileSync(process.execPath, [asc, `${name}.ts`, '--outFile', `${name}.wasm`, ...flags], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return output;
}

export function c(name: string, source: string): string {
  const [input, output] = [join(folder, `${name}.c`), join(folder, `${name}.wasm`)];
  writeFileSync(input, source);
  const include = `-I${join(root, 'guest-sdk', 'include')}`;
  execFileSync('clang', ['--target=wasm32-wasi', '-O1', '-Wall', include, input, '-o', output], {
    stdio: ['ignore', 'inherit', 'inherit'],
    // clang hands its output to a wasm-opt that it finds on the way: binaryen's own, in JavaScript, takes seconds.
    env: { PATH: '/usr/bin:/bin' },
  });
  return output;
}

export function wat(name: string, source: string): string {
  const module = binaryen.parseText(source);
  module.setFeatures(binaryen.Features.All);
  const output = join(folder, `${name}.wasm`);
  writeFileSync(output, module.emitBinary());
  module.dispose();
  return output;
}

export function example(name: string, module = name): string {
  return join(root, 'guest-sdk', 'examples', name, 'build', `${module}.wasm`);
}
