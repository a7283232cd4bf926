import {
  borrowOf,
  ComponentBuilder,
  funcOf,
  listOf,
  ownOf,
  resultOf,
  U8,
  U64,
  variantOf,
} from './component-builder.ts';
import { body, exportOf, functionType, I32, memory, section, vector, wasm } from './wasm-builder.ts';

/** Components that tests begin from. */

/** A core module whose `run` does nothing and succeeds, with one page of memory and a realloc that answers 1024. */
export function quietModule(pages = 1): Uint8Array<ArrayBuffer> {
  return wasm(
    section(1, vector(functionType([], [I32]), functionType([I32, I32, I32, I32], [I32]))),
    section(3, vector([0], [1])),
    section(5, vector(memory(pages))),
    section(7, vector(exportOf('run', 0, 0), exportOf('realloc', 0, 1), exportOf('memory', 2, 0))),
    section(10, vector(body([0x41, 0]), body([0x41, 0x80, 0x08]))),
  );
}

/** Exports `wasi:cli/run` of what `run` of a core instance does. */
export function exportRun(builder: ComponentBuilder, coreInstance: number, version = '0.2.0'): void {
  const run = builder.aliasCore('func', coreInstance, 'run');
  const type = builder.type(funcOf([], [builder.type(resultOf(null, null))]));
  const lifted = builder.lift(run, type);
  builder.export(`wasi:cli/run@${version}`, 'instance', builder.exports({ run: ['func', lifted] }));
}

/** A command that does nothing. */
export function quietCommand(pages = 1): ComponentBuilder {
  const builder = new ComponentBuilder();
  exportRun(builder, builder.coreInstance(builder.coreModule(quietModule(pages))));
  return builder;
}

/** The types of `wasi:io/error` and `wasi:io/streams` as tools write them; `method` is one of output-stream's. */
export function importStreams(builder: ComponentBuilder, version = '0.2.3'): { streams: number; outputStream: number } {
  const errors = builder.importInstance(`wasi:io/error@${version}`, (type) => void type.resource('error'));
  const error = builder.alias('type', errors, 'error');
  const streams = builder.importInstance(`wasi:io/streams@${version}`, (type) => {
    const outer = type.exportType('error', type.outer(error));
    const output = type.resource('output-stream');
    const failure = type.exportType(
      'stream-error',
      type.type(variantOf(['last-operation-failed', [type.type(ownOf(outer))]], ['closed', null])),
    );
    const self = [type.type(borrowOf(output))];
    const bytes = [type.type(listOf(U8))];
    const outcome = [type.type(resultOf(null, [failure]))];
    type.func('[method]output-stream.check-write', [['self', self]], [type.type(resultOf(U64, [failure]))]);
    type.func(
      '[method]output-stream.blocking-write-and-flush',
      [
        ['self', self],
        ['contents', bytes],
      ],
      outcome,
    );
  });
  return { streams, outputStream: builder.alias('type', streams, 'output-stream') };
}

/** `wasi:cli/stdout`, after importStreams. */
export function importStdout(builder: ComponentBuilder, outputStream: number, version = '0.2.3'): number {
  return builder.importInstance(`wasi:cli/stdout@${version}`, (type) => {
    const stream = type.exportType('output-stream', type.outer(outputStream));
    type.func('get-stdout', [], [type.type(ownOf(stream))]);
  });
}

/** A handler of requests that answers nothing: its core function takes two handles and returns. */
export function quietHandler(): ComponentBuilder {
  const builder = new ComponentBuilder();
  const types = builder.importInstance('wasi:http/types@0.2.0', (type) => {
    type.resource('incoming-request');
    type.resource('response-outparam');
  });
  const own = (name: string) => [builder.type(ownOf(builder.alias('type', types, name)))];
  const type = builder.type(
    funcOf(
      [
        ['request', own('incoming-request')],
        ['out', own('response-outparam')],
      ],
      null,
    ),
  );
  const module = wasm(
    section(1, vector(functionType([I32, I32], []))),
    section(3, vector([0])),
    section(7, vector(exportOf('handle', 0, 0))),
    section(10, vector(body([]))),
  );
  const handle = builder.aliasCore('func', builder.coreInstance(builder.coreModule(module)), 'handle');
  const exports = builder.exports({ handle: ['func', builder.lift(handle, type)] });
  builder.export('wasi:http/incoming-handler@0.2.0', 'instance', exports);
  return builder;
}
