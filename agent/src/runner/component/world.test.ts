import { admit } from '@wherry/protocol/admission';
import {
  borrowOf,
  ComponentBuilder,
  exportRun,
  funcOf,
  importStdout,
  importStreams,
  listOf,
  ownOf,
  RESOURCE,
  STRING,
} from '@wherry/protocol/testing/component';
import binaryen from 'binaryen';
import { describe, expect, it } from 'vitest';
import { engine } from '../engine.ts';
import { NONE } from './abi/values.ts';
import { hostFunctions, type Interfaces } from './wasi/interfaces.ts';
import { ioInterfaces } from './wasi/io.ts';
import { OutputStream } from './wasi/streams.ts';
import { World } from './world.ts';

/** Components that break the rules of the component model, each in one way, put together as on a device but with streams of the test. */
function wat(source: string): Uint8Array {
  const module = binaryen.parseText(source);
  module.setFeatures(binaryen.Features.All);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

/** Memory and realloc in a module of their own, so that functions which need them can be lowered before the program is there. */
const memoryModule = (realloc = 'i32.const 4096') =>
  wat(`(module (memory (export "memory") 1)
    (data (i32.const 64) "hello") (data (i32.const 80) "\\ff\\fe")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (${realloc})))`);

const IMPORTS = `
  (import "m" "memory" (memory 1))
  (import "h" "get" (func $get (result i32)))
  (import "h" "check" (func $check (param i32 i32)))
  (import "h" "write" (func $write (param i32 i32 i32 i32)))
  (import "h" "drop" (func $drop (param i32)))
  (import "h" "drop-error" (func $drop-error (param i32)))
  (import "h" "arguments" (func $arguments (param i32)))`;

/** A command whose `run` is this; it may use one stream: $get, $check, $write, $drop, and a list: $arguments. */
function program(run: string, options: { realloc?: string; more?: string } = {}): Uint8Array {
  const builder = new ComponentBuilder();
  const { streams, outputStream } = importStreams(builder);
  const errors = builder.alias('type', streams, 'error');
  const stdout = importStdout(builder, outputStream);
  const environment = builder.importInstance('wasi:cli/environment@0.2.0', (type) => {
    type.func('get-arguments', [], [type.type(listOf(STRING))]);
  });
  const m = builder.coreInstance(builder.coreModule(memoryModule(options.realloc)));
  const withMemory = {
    memory: builder.aliasCore('memory', m, 'memory'),
    realloc: builder.aliasCore('func', m, 'realloc'),
  };
  const lowered = (instance: number, name: string) => builder.lower(builder.alias('func', instance, name), withMemory);
  const h = builder.coreExports({
    get: ['func', lowered(stdout, 'get-stdout')],
    check: ['func', lowered(streams, '[method]output-stream.check-write')],
    write: ['func', lowered(streams, '[method]output-stream.blocking-write-and-flush')],
    drop: ['func', builder.resource('drop', outputStream)],
    'drop-error': ['func', builder.resource('drop', errors)],
    arguments: ['func', lowered(environment, 'get-arguments')],
  });
  const main = wat(`(module ${IMPORTS} ${options.more ?? ''} (func (export "run") (result i32) ${run} (i32.const 0)))`);
  exportRun(builder, builder.coreInstance(builder.coreModule(main), { m, h }));
  return builder.build();
}

function run(bytes: Uint8Array): { readonly written: string; readonly outcome: string } {
  const verdict = admit(bytes, { abi: 'component', capabilities: {}, limits: { memoryBytes: 1024 * 1024 } });
  const component = verdict.ok ? verdict.value.component : undefined;
  if (!verdict.ok || component === undefined) return { written: '', outcome: JSON.stringify(verdict) };
  let written = '';
  const sink = {
    write(part: Uint8Array) {
      written += Buffer.from(part).toString();
    },
  };
  const host: Interfaces = {
    'wasi:cli/stdout': { 'get-stdout': () => new OutputStream(sink) },
    'wasi:cli/environment': { 'get-arguments': () => ['one', 'two'], 'initial-cwd': () => NONE },
  };
  const interfaces = hostFunctions([ioInterfaces({} as never), host]);
  try {
    const world = new World(
      component.plan,
      component.modules.map((module) => new engine.Module(module)),
      interfaces,
    );
    world.call(component.plan.exports.run as never, []);
    return { written, outcome: 'ended' };
  } catch (error) {
    return { written, outcome: (error as Error).name };
  }
}

const HELLO = '(call $write (local.get $s) (i32.const 64) (i32.const 5) (i32.const 256))';
const STREAM = '(local $s i32) (local.set $s (call $get))';

describe('a guest that keeps the rules', () => {
  it('writes through a handle, and drops it', () => {
    expect(run(program(`${STREAM} ${HELLO} (call $drop (local.get $s))`))).toEqual({
      written: 'hello',
      outcome: 'ended',
    });
  });

  it('is given a list where it makes room for it', () => {
    expect(run(program('(call $arguments (i32.const 256))')).outcome).toBe('ended');
  });
});

describe('a guest that does not', () => {
  it.each([
    ['makes up a handle', '(call $check (i32.const 77) (i32.const 256))'],
    ['uses the handle 0', '(call $check (i32.const 0) (i32.const 256))'],
    ['uses a negative handle', '(call $check (i32.const -1) (i32.const 256))'],
    ['drops a handle of another type', `${STREAM} (call $drop-error (local.get $s))`],
    ['drops a handle twice', `${STREAM} (call $drop (local.get $s)) (call $drop (local.get $s))`],
    ['uses a handle after dropping it', `${STREAM} (call $drop (local.get $s)) ${HELLO}`],
    ['takes more handles than there are', '(loop $again (drop (call $get)) (br $again))'],
    ['wants a result at an odd place', `${STREAM} (call $check (local.get $s) (i32.const 257))`],
  ])('%s: a trap', (_what, body) => {
    expect(run(program(body))).toEqual({ written: '', outcome: 'ComponentTrap' });
  });

  it.each([
    [
      'names bytes outside its memory',
      `${STREAM} (call $write (local.get $s) (i32.const 65530) (i32.const 100) (i32.const 256))`,
    ],
    ['names 4 GiB', `${STREAM} (call $write (local.get $s) (i32.const 8) (i32.const -1) (i32.const 256))`],
    ['wants a result outside its memory', `${STREAM} (call $check (local.get $s) (i32.const -8))`],
  ])('%s: a fault', (_what, body) => {
    expect(run(program(body))).toEqual({ written: '', outcome: 'MemoryFault' });
  });

  it.each([
    ['outside its memory', 'i32.const -16', 'MemoryFault'],
    ['not aligned', 'i32.const 4097', 'ComponentTrap'],
  ])('makes room for what it is given %s: a trap', (_what, realloc, outcome) => {
    expect(run(program('(call $arguments (i32.const 256))', { realloc })).outcome).toBe(outcome);
  });

  it('catches what ends it, and goes on: nothing more is let out', () => {
    const body = `${STREAM} (try (do (call $drop (i32.const 77))) (catch_all)) ${HELLO}`;
    expect(run(program(body))).toEqual({ written: '', outcome: 'ComponentTrap' });
    const quiet = '(try (do (call $drop (i32.const 77))) (catch_all))';
    expect(run(program(quiet)).outcome).toBe('ComponentTrap');
  });
});

/** Two components: `owner` makes things, `user` is given them for a call. `main` is the root, which calls both. */
function threeParties(use: string, main: string): Uint8Array {
  const owner = new ComponentBuilder();
  const thing = owner.type(RESOURCE);
  const maker = owner.coreInstance(
    owner.coreModule(
      wat(`(module (import "h" "new" (func $new (param i32) (result i32)))
        (func (export "make") (result i32) (call $new (i32.const 42))))`),
    ),
    { h: owner.coreExports({ new: ['func', owner.resource('new', thing)] }) },
  );
  owner.export('thing', 'type', thing);
  const make = owner.lift(owner.aliasCore('func', maker, 'make'), owner.type(funcOf([], [owner.type(ownOf(thing))])));
  owner.export('make', 'func', make);

  const user = new ComponentBuilder();
  const given = user.importResource('thing');
  const core = user.coreInstance(
    user.coreModule(
      wat(`(module (import "h" "drop" (func $drop (param i32))) (func (export "use") (param i32) ${use}))`),
    ),
    { h: user.coreExports({ drop: ['func', user.resource('drop', given)] }) },
  );
  const borrows = user.type(funcOf([['x', [user.type(borrowOf(given))]]], null));
  user.export('use', 'func', user.lift(user.aliasCore('func', core, 'use'), borrows));

  const root = new ComponentBuilder();
  const owning = root.instance(root.component(owner.build()));
  const own = root.alias('type', owning, 'thing');
  const using = root.instance(root.component(user.build()), { thing: ['type', own] });
  const h = root.coreExports({
    make: ['func', root.lower(root.alias('func', owning, 'make'))],
    use: ['func', root.lower(root.alias('func', using, 'use'))],
    drop: ['func', root.resource('drop', own)],
  });
  const module = wat(`(module (import "h" "make" (func $make (result i32))) (import "h" "use" (func $use (param i32)))
    (import "h" "drop" (func $drop (param i32)))
    (func (export "run") (result i32) (local $t i32) (local.set $t (call $make)) ${main} (i32.const 0)))`);
  exportRun(root, root.coreInstance(root.coreModule(module), { h }));
  return root.build();
}

describe('components inside a component', () => {
  const USE = '(call $use (local.get $t))';

  it('lend each other what one of them owns', () => {
    expect(run(threeParties('(call $drop (local.get 0))', `${USE} ${USE} (call $drop (local.get $t))`)).outcome).toBe(
      'ended',
    );
  });

  it.each([
    ['keeps what it was lent', '', USE],
    ['drops what it was lent twice', '(call $drop (local.get 0)) (call $drop (local.get 0))', USE],
    ['makes up the handle that its neighbour has', '(call $drop (i32.const 2))', USE],
    ['lends what it has dropped', '(call $drop (local.get 0))', `(call $drop (local.get $t)) ${USE}`],
  ])('one %s: a trap', (_what, use, main) => {
    expect(run(threeParties(use, main)).outcome).toBe('ComponentTrap');
  });
});
