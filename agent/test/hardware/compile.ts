import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Compiles the programs beside this file with the C compiler of this machine. */
export function compileStandIn(folder: string): string {
  const out = join(folder, 'stand-in.so');
  compile('stand-in.c', out, ['-shared', '-fPIC']);
  return out;
}

export function readHeaders(folder: string): unknown {
  const out = join(folder, 'headers');
  compile('headers.c', out, []);
  return JSON.parse(execFileSync(out, { encoding: 'utf8' }));
}

function compile(source: string, out: string, options: readonly string[]): void {
  const file = join(import.meta.dirname, source);
  execFileSync('clang', ['-O1', '-Wall', '-Wno-macro-redefined', '-Werror', ...options, file, '-o', out], {
    stdio: 'inherit',
  });
}
