import { expect, it } from 'vitest';
import { admit } from '../admission/admit.ts';
import {
  borrowOf,
  ComponentBuilder,
  funcOf,
  listOf,
  RESOURCE,
  recordOf,
  STRING,
  U8,
  U32,
} from '../testing/component-builder.ts';
import {
  exportRun,
  importStdout,
  importStreams,
  quietCommand,
  quietHandler,
  quietModule,
} from '../testing/component-samples.ts';
import { realModule } from '../testing/wasm-builder.ts';
import { COMPONENT_BOUNDS } from './bounds.ts';

const MIB = 1024 * 1024;

function verdict(component: ComponentBuilder | Uint8Array, memoryBytes = MIB, fuel?: number) {
  const bytes = component instanceof ComponentBuilder ? component.build() : component;
  return admit(bytes, { abi: 'component', capabilities: {}, limits: { memoryBytes, ...(fuel && { fuel }) } });
}

function codes(component: ComponentBuilder | Uint8Array, memoryBytes = MIB): string[] {
  const found = verdict(component, memoryBytes);
  return found.ok ? [] : found.problems.map(({ code }) => code);
}

function argumentsOfHost(builder: ComponentBuilder): number {
  const instance = builder.importInstance(
    'wasi:cli/environment@0.2.0',
    (type) => void type.func('get-arguments', [], [type.type(listOf(STRING))]),
  );
  return builder.alias('func', instance, 'get-arguments');
}

it('admits a command, and plans it', () => {
  const found = verdict(quietCommand());
  if (!found.ok) throw new Error(found.problems[0]?.message);
  expect(found.value.component).toMatchObject({
    plan: { exports: { run: { from: 'lift', lift: 0 }, handle: null }, coreInstances: [{ module: 0, imports: [] }] },
    exports: ['wasi:cli/run@0.2.0'],
  });
  expect(found.value.memory).toEqual({ minBytes: 65_536, maxBytes: MIB });
});

it('admits imports of any version 0.2.x, with exactly the types of WASI', () => {
  for (const version of ['0.2.0', '0.2.12', '0.2.99']) {
    const builder = new ComponentBuilder();
    importStdout(builder, importStreams(builder, version).outputStream, version);
    exportRun(builder, builder.coreInstance(builder.coreModule(quietModule())), version);
    expect(codes(builder)).toEqual([]);
  }
});

it.each([
  ['what nobody offers', 'wasi:sockets/tcp@0.2.0'],
  ['a version of another WASI', 'wasi:io/error@0.3.0'],
  ['a version before the first', 'wasi:io/error@0.2.0-rc-2023-11-10'],
  ['no version', 'wasi:io/error'],
  ['what is exported only', 'wasi:cli/run@0.2.0'],
  ['what every object has', '__proto__'],
  ['an interface of the author', 'acme:things/lamp@0.2.0'],
])('refuses an import of %s, by name', (_what, name) => {
  const builder = quietCommand();
  builder.importInstance(name, () => {});
  const found = verdict(builder);
  expect(found).toMatchObject({ ok: false, problems: [{ code: 'import_refused' }] });
  expect(found.ok ? '' : found.problems[0]?.message).toContain(name);
});

it('names every import that is missing, at once', () => {
  const builder = quietCommand();
  for (const name of ['udp', 'tcp', 'network']) builder.importInstance(`wasi:sockets/${name}@0.2.0`, () => {});
  expect(codes(builder)).toEqual(['import_refused', 'import_refused', 'import_refused']);
});

it('refuses an import that is declared with another type than it has', () => {
  const other = (declare: Parameters<ComponentBuilder['importInstance']>[1], name = 'wasi:cli/environment@0.2.0') => {
    const builder = quietCommand();
    builder.importInstance(name, declare);
    return codes(builder);
  };
  expect(other((type) => type.func('get-arguments', [], [type.type(listOf(STRING))]))).toEqual([]);
  expect(other((type) => type.func('get-arguments', [], [type.type(listOf(U8))]))).toEqual(['import_refused']);
  expect(other((type) => type.func('get-arguments', [['x', U32]], [type.type(listOf(STRING))]))).toEqual([
    'import_refused',
  ]);
  expect(other((type) => type.func('get-arguments', [], null))).toEqual(['import_refused']);
  expect(other((type) => type.func('toString', [], STRING))).toEqual(['import_refused']);
  expect(
    other((type) => void type.exportType('datetime', type.type(recordOf(['a', U32]))), 'wasi:clocks/wall-clock@0.2.0'),
  ).toEqual(['import_refused']);
  expect(other((type) => void type.resource('get-arguments'))).toEqual(['import_refused']);
});

it('does not take one resource for another', () => {
  const builder = quietCommand();
  const errors = builder.importInstance('wasi:io/error@0.2.0', (type) => void type.resource('error'));
  const error = builder.alias('type', errors, 'error');
  builder.importInstance('wasi:io/poll@0.2.0', (type) => {
    type.resource('pollable');
    type.func('[method]pollable.block', [['self', [type.type(borrowOf(type.outer(error)))]]], null);
  });
  expect(codes(builder)).toEqual(['import_refused']);
});

it('lets nobody look behind a resource of the host, or make one', () => {
  for (const builtIn of ['new', 'rep'] as const) {
    const builder = quietCommand();
    const { outputStream } = importStreams(builder);
    builder.resource(builtIn, outputStream);
    expect(codes(builder)).toEqual(['module_malformed']);
  }
});

it('lets nobody look behind a resource of another component', () => {
  const owner = new ComponentBuilder();
  owner.export('thing', 'type', owner.type(RESOURCE));
  const thief = new ComponentBuilder();
  thief.resource('new', thief.importResource('thing'));
  const builder = quietCommand();
  const given = builder.alias('type', builder.instance(builder.component(owner.build())), 'thing');
  builder.instance(builder.component(thief.build()), { thing: ['type', given] });
  expect(codes(builder)).toEqual(['module_malformed']);
});

it.each<[string, string, (builder: ComponentBuilder) => void]>([
  ['strings in UTF-16', 'feature_refused', (b) => void b.lower(argumentsOfHost(b), { encoding: 1 })],
  ['async functions', 'feature_refused', (b) => void b.type([0x43, 0, 1, 0])],
  ['streams of WASI 0.3', 'feature_refused', (b) => void b.type([0x66, 0])],
  ['built-ins of WASI 0.3', 'feature_refused', (b) => void b.raw(8, [1, 0x0a, 0x7f, 0])],
  ['values', 'feature_refused', (b) => void b.raw(12, [0])],
  ['a start function', 'feature_refused', (b) => void b.raw(9, [0])],
  ['an unknown section', 'module_malformed', (b) => void b.raw(77, [0])],
  ['a type that is not there', 'module_malformed', (b) => void b.type(listOf([5, 0].slice(0, 1)))],
  ['a record without fields', 'module_malformed', (b) => void b.type(recordOf())],
  ['labels that are there twice', 'module_malformed', (b) => void b.type(recordOf(['a', U32], ['A', U32]))],
  ['a label that is no name', 'module_malformed', (b) => void b.type(recordOf(['__proto__', U32]))],
  [
    'a function that returns a borrowed handle',
    'module_malformed',
    (b) => void b.type(funcOf([], [b.type(borrowOf(b.type(RESOURCE)))])),
  ],
  ['an alias outside of everything', 'module_malformed', (b) => void b.aliasOuter('type', 9, 0)],
  ['an instance of nothing', 'module_malformed', (b) => void b.instance(3)],
  ['a core module that is none', 'module_malformed', (b) => void b.coreModule([1, 2, 3])],
  ['a component in place of a module', 'feature_refused', (b) => void b.coreModule(quietCommand().build())],
])('refuses %s', (_what, code, spoil) => {
  const builder = quietCommand();
  spoil(builder);
  expect(codes(builder)).toEqual([code]);
});

it('refuses a component that has nothing to call', () => {
  expect(codes(new ComponentBuilder())).toEqual(['module_malformed']);
  const builder = new ComponentBuilder();
  const instance = builder.coreInstance(builder.coreModule(quietModule()));
  const run = builder.lift(builder.aliasCore('func', instance, 'run'), builder.type(funcOf([], U32)));
  builder.export('wasi:cli/run@0.2.0', 'instance', builder.exports({ run: ['func', run] }));
  expect(codes(builder)).toEqual(['module_malformed']);
});

it('refuses a core module that imports what it is not given', () => {
  const builder = quietCommand();
  builder.coreInstance(builder.coreModule(realModule()), { wherry: 0 });
  expect(codes(builder)).toEqual(['module_malformed']);
});

it('counts what multiplies: components that instantiate each other twice', () => {
  const builder = quietCommand();
  builder.component(new ComponentBuilder().build());
  for (let i = 0; i < 40; i++) {
    const inner = new ComponentBuilder();
    const below = inner.aliasOuter('component', 1, i);
    inner.instance(below);
    inner.instance(below);
    builder.component(inner.build());
  }
  builder.instance(40);
  expect(codes(builder)).toEqual(['module_too_large']);
});

it('bounds types that grow by doubling, and depth', () => {
  const wide = quietCommand();
  let type = wide.type(recordOf(['a', U32], ['b', U32]));
  for (let i = 0; i < 40; i++) type = wide.type([0x6f, 2, type, type]);
  expect(codes(wide)).toEqual(['module_too_large']);
  let deep = new ComponentBuilder();
  for (let i = 0; i < COMPONENT_BOUNDS.depth; i++) {
    const around = new ComponentBuilder();
    around.component(deep.build());
    deep = around;
  }
  expect(codes(deep)).toEqual(['feature_refused']);
});

it('gives all memories together what the limit allows', () => {
  const builder = quietCommand(2);
  builder.coreInstance(0);
  builder.coreInstance(builder.coreModule(quietModule(4)));
  const found = verdict(builder, 20 * 65_536);
  expect(found.ok && found.value.memory).toEqual({ minBytes: 8 * 65_536, maxBytes: 20 * 65_536 });
  expect(codes(builder, 7 * 65_536)).toEqual(['memory_above_limit']);
});

it('refuses fuel, which counts the instructions of one module', () => {
  expect(verdict(quietCommand(), MIB, 1_000_000)).toMatchObject({ ok: false, problems: [{ code: 'feature_refused' }] });
});

it('refuses triggers that a component has no code for', () => {
  const ask = (on: 'cron' | 'http') =>
    admit(quietHandler().build(), {
      abi: 'component',
      capabilities: {},
      limits: { memoryBytes: MIB },
      triggers: [{ on }],
    });
  expect(ask('http')).toMatchObject({ ok: true });
  expect(ask('cron')).toMatchObject({ ok: false, problems: [{ code: 'feature_refused' }] });
});

it('tells the author of a manifest that says otherwise', () => {
  const asProgram = admit(quietCommand().build(), { abi: 'wasi-p1', capabilities: {}, limits: { memoryBytes: MIB } });
  expect(asProgram).toMatchObject({ ok: false, problems: [{ code: 'feature_refused' }] });
  expect(codes(realModule())).toEqual(['feature_refused']);
  expect(codes(Uint8Array.of(1, 2, 3))).toEqual(['feature_refused']);
});
