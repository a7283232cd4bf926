import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** C programs, each compiled to a guest and natively by the same compiler with the same optimisation, and vectors on both sides. */
const SOURCES = {
  /** Says a word with its first instruction. */
  hello: '#include <stdio.h>\nint main(void) { fputs("first\\n", stderr); return 0; }',
  /** Never ends. */
  spin: '#include <stdio.h>\nint main(void) { for (volatile int i = 0;; i++) { } }',
  /** Floating point over arrays: loads, stores, multiply and add. */
  matmul: timed(`
static double a[N][N], b[N][N], c[N][N];
NOINLINE static double work(void) {
  for (int i = 0; i < N; i++) for (int j = 0; j < N; j++) { a[i][j] = i + j; b[i][j] = i - j; c[i][j] = 0; }
  for (int i = 0; i < N; i++) for (int k = 0; k < N; k++) for (int j = 0; j < N; j++) c[i][j] += a[i][k] * b[k][j];
  return c[N / 2][N / 3];
}`),
  /** Integers without memory: shifts, multiplications, dependent branches. */
  collatz: timed(`
static volatile unsigned long long highest = 600000;
NOINLINE static double work(void) {
  unsigned long long longest = 0;
  for (unsigned long long from = 1; from < highest; from++) {
    unsigned long long steps = 0;
    for (unsigned long long n = from; n != 1; steps++) n = n % 2 ? 3 * n + 1 : n / 2;
    if (steps > longest) longest = steps;
  }
  return (double)longest;
}`),
  /** Bytes in memory: what parsers and checksums do. */
  crc: timed(`
static unsigned char data[1 << 20];
static unsigned table[256];
NOINLINE static double work(void) {
  unsigned crc = ~0u;
  for (unsigned n = 0; n < 256; n++) { unsigned c = n; for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1; table[n] = c; }
  for (unsigned i = 0; i < sizeof data; i++) data[i] = (unsigned char)(i * 31);
  for (int round = 0; round < 60; round++) for (unsigned i = 0; i < sizeof data; i++) crc = table[(crc ^ data[i]) & 255] ^ (crc >> 8);
  return (double)crc;
}`),
} as const;

export type ProgramName = keyof typeof SOURCES;
export const KERNELS = ['matmul', 'collatz', 'crc'] as const satisfies readonly ProgramName[];

export interface Program {
  readonly wasmPath: string;
  /** Statically linked, so that it runs in an empty image. */
  readonly nativePath: string;
}

export function compileProgram(name: ProgramName, folder: string): Program {
  const [source, wasmPath, nativePath] = [`${name}.c`, `${name}.wasm`, name].map((file) => join(folder, file)) as [
    string,
    string,
    string,
  ];
  writeFileSync(source, SOURCES[name]);
  const run = (...args: string[]) =>
    execFileSync('clang', ['-O2', ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  run('--target=wasm32-wasi', '-msimd128', source, '-o', wasmPath);
  run('-static', source, '-o', nativePath);
  return { wasmPath, nativePath };
}

/** Prints how long `work` took, ms, and what it computed; the first two runs are not timed: V8 optimises a function while it runs, for its next call. */
function timed(work: string): string {
  return `#include <stdio.h>
#include <time.h>
#define N 320
#define NOINLINE __attribute__((noinline))
${work}
int main(void) {
  struct timespec begin, end;
  double value = work() + work();
  clock_gettime(CLOCK_MONOTONIC, &begin);
  value = work();
  clock_gettime(CLOCK_MONOTONIC, &end);
  fprintf(stderr, "%.3f %.17g\\n", (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6, value);
  return 0;
}`;
}
