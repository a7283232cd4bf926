import { readFileSync } from 'node:fs';
import { wat } from '@wherry/agent/testing/stage';
import { ComponentBuilder, exportRun, importStdout, importStreams } from '@wherry/protocol/testing/component';
import type { Guest } from './guests.ts';

/** Guests that are components: a command in WebAssembly text that may write, and whatever else its attack puts around it. */
export interface Surroundings {
  readonly builder: ComponentBuilder;
  readonly outputStream: number;
  /** A core module of this text. */
  module(name: string, source: string): number;
}

const MEMORY = `(module (memory (export "memory") 1)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))`;
const HEAD = `
  (import "m" "memory" (memory 1))
  (import "wasi" "get" (func $get (result i32)))
  (import "wasi" "write" (func $write (param i32 i32 i32 i32)))
  (import "wasi" "drop" (func $drop (param i32)))`;

/**
 * `main` is what the command does, with functions $get, $write, $drop for its standard output; `around` defines what else it may call, as
 * core functions of a module "host", which `imports` declare.
 */
export function component(
  name: string,
  main: string,
  imports = '',
  around: (surroundings: Surroundings) => Readonly<Record<string, number>> = () => ({}),
): Guest {
  return { kind: 'component', build: () => assemble(name, main, imports, around) };
}

function assemble(
  name: string,
  main: string,
  imports: string,
  around: (surroundings: Surroundings) => Readonly<Record<string, number>>,
): Uint8Array {
  const builder = new ComponentBuilder();
  const module = (part: string, source: string) => builder.coreModule(readFileSync(wat(`${name}-${part}`, source)));
  const { streams, outputStream } = importStreams(builder);
  const stdout = importStdout(builder, outputStream);
  const m = builder.coreInstance(module('memory', MEMORY));
  const options = {
    memory: builder.aliasCore('memory', m, 'memory'),
    realloc: builder.aliasCore('func', m, 'realloc'),
  };
  const write = builder.alias('func', streams, '[method]output-stream.blocking-write-and-flush');
  const wasi = builder.coreExports({
    get: ['func', builder.lower(builder.alias('func', stdout, 'get-stdout'))],
    write: ['func', builder.lower(write, options)],
    drop: ['func', builder.resource('drop', outputStream)],
  });
  const functions = Object.entries(around({ builder, outputStream, module }));
  const host = builder.coreExports(
    Object.fromEntries(functions.map(([key, index]) => [key, ['func', index] as const])),
  );
  const source = `(module ${HEAD} ${imports} (func (export "run") (result i32) ${main} (i32.const 0)))`;
  exportRun(builder, builder.coreInstance(module('main', source), { m, wasi, host }));
  return builder.build();
}

/** Text that writes a text of `main`'s own to its standard output. */
export function say(text: string): string {
  const stores = [...Buffer.from(text)].map((byte, i) => `(i32.store8 (i32.const ${64 + i}) (i32.const ${byte}))`);
  return `${stores.join(' ')} (call $write (call $get) (i32.const 64) (i32.const ${text.length}) (i32.const 256))`;
}
