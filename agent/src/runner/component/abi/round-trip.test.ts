import { TypeTable } from '@wherry/protocol/testing/component';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { engine } from '../../engine.ts';
import { GuestMemory } from '../../guest-memory.ts';
import { liftParams, lowerParams, lowerResult, passingOf } from './calls.ts';
import type { CallContext } from './context.ts';
import { HandleTable } from './handles.ts';
import { liftFlat, liftFromMemory } from './lift.ts';
import { lowerFlat, lowerToMemory } from './lower.ts';
import type { CoreValue } from './reinterpret.ts';

/**
 * Values of arbitrary types, into a guest's memory and out again, as core values and in memory. A type is made together with values
 * that are of it.
 */
interface Typed {
  readonly type: (types: TypeTable) => number;
  readonly value: fc.Arbitrary<unknown>;
}

const primitive = (is: Parameters<TypeTable['primitive']>[0], value: fc.Arbitrary<unknown>): Typed => ({
  type: (types) => types.primitive(is),
  value,
});
const bits = (n: number) => fc.integer({ min: -(2 ** (n - 1)), max: 2 ** (n - 1) - 1 });
const unsigned = (n: number) => fc.integer({ min: 0, max: 2 ** n - 1 });
const PRIMITIVES: readonly Typed[] = [
  primitive('bool', fc.boolean()),
  primitive('s8', bits(8)),
  primitive('u8', unsigned(8)),
  primitive('s16', bits(16)),
  primitive('u16', unsigned(16)),
  primitive('s32', bits(32)),
  primitive('u32', unsigned(32)),
  primitive('s64', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  primitive('u64', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  primitive('f32', fc.float({ noNaN: true })),
  primitive('f64', fc.double({ noNaN: true })),
  primitive('char', fc.string({ minLength: 1, maxLength: 1, unit: 'binary' })),
  primitive('string', fc.string({ unit: 'binary' })),
];
const labels = (count: number) => Array.from({ length: count }, (_, i) => `l${i}`);
const enumeration = (count: number): Typed => ({
  type: (types) => types.add({ is: 'enum', labels: labels(count) }),
  value: fc.constantFrom(...labels(count)),
});
const flags = (count: number): Typed => ({
  type: (types) => types.add({ is: 'flags', labels: labels(count) }),
  value: unsigned(count),
});
const record = (parts: readonly Typed[]): Typed => ({
  type: (types) =>
    types.add({ is: 'record', fields: parts.map(({ type }, i) => ({ label: `l${i}`, type: type(types) })) }),
  value: fc.record(Object.fromEntries(parts.map(({ value }, i) => [`l${i}`, value]))),
});
const tuple = (parts: readonly Typed[]): Typed => ({
  type: (types) => types.add({ is: 'tuple', items: parts.map(({ type }) => type(types)) }),
  value: fc.tuple(...parts.map(({ value }) => value)),
});
const variant = (parts: readonly (Typed | null)[]): Typed => ({
  type: (types) =>
    types.add({ is: 'variant', cases: parts.map((part, i) => ({ label: `l${i}`, type: part?.type(types) ?? null })) }),
  value: fc.oneof(
    ...parts.map((part, i) => (part?.value ?? fc.constant(undefined)).map((value) => ({ tag: `l${i}`, value }))),
  ),
});
const list = (item: Typed): Typed => ({
  type: (types) => types.add({ is: 'list', item: item.type(types) }),
  value: fc.array(item.value, { maxLength: 5 }),
});
const option = (item: Typed): Typed => ({
  type: (types) => types.add({ is: 'option', item: item.type(types) }),
  value: fc.oneof(
    fc.constant({ tag: 'none', value: undefined }),
    item.value.map((value) => ({ tag: 'some', value })),
  ),
});
const result = (good: Typed | null, bad: Typed | null): Typed => ({
  type: (types) => types.add({ is: 'result', ok: good?.type(types) ?? null, err: bad?.type(types) ?? null }),
  value: fc.oneof(
    (good?.value ?? fc.constant(undefined)).map((value) => ({ tag: 'ok', value })),
    (bad?.value ?? fc.constant(undefined)).map((value) => ({ tag: 'err', value })),
  ),
});

const { typed } = fc.letrec<{ typed: Typed }>((tie) => ({
  typed: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(...PRIMITIVES, enumeration(3), enumeration(300), flags(3), flags(12), flags(32)),
    fc.array(tie('typed'), { minLength: 1, maxLength: 4 }).map(record),
    fc.array(tie('typed'), { minLength: 1, maxLength: 3 }).map(tuple),
    fc.array(fc.option(tie('typed'), { nil: null }), { minLength: 1, maxLength: 4 }).map(variant),
    tie('typed').map(list),
    tie('typed').map(option),
    fc
      .tuple(fc.option(tie('typed'), { nil: null }), fc.option(tie('typed'), { nil: null }))
      .map(([a, b]) => result(a, b)),
  ),
}));
const samples = typed.chain(({ type, value }) => value.map((sample) => ({ type, value: sample })));

function guest(types: TypeTable): CallContext {
  const memory = new engine.Memory({ initial: 4 });
  let next = 16;
  return {
    types: types.all,
    resources: [],
    instance: { index: 0, handles: new HandleTable(), mayLeave: true, mayEnter: true },
    memory: new GuestMemory(() => memory),
    realloc: (_old, _oldBytes, alignBytes, bytes) => {
      const at = Math.ceil(next / alignBytes) * alignBytes;
      next = at + bytes;
      return at;
    },
    lent: [],
    scope: null,
  };
}

/** Bytes come as bytes, records without a prototype. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

it('takes any value through memory and back', () => {
  fc.assert(
    fc.property(samples, ({ type, value }) => {
      const types = new TypeTable();
      const number = type(types);
      const context = guest(types);
      lowerToMemory(context, number, value, 0x20000);
      expect(plain(liftFromMemory(context, number, 0x20000))).toEqual(plain(value));
    }),
    { numRuns: 1_000 },
  );
});

it('takes any value through core values and back', () => {
  fc.assert(
    fc.property(samples, ({ type, value }) => {
      const types = new TypeTable();
      const number = type(types);
      const context = guest(types);
      const { flat } = types.get(number);
      if (flat === null) return;
      const out: CoreValue[] = [];
      lowerFlat(context, number, value, out);
      expect(out).toHaveLength(flat.length);
      for (const [i, core] of out.entries()) expect(typeof core).toBe(flat[i] === 'i64' ? 'bigint' : 'number');
      let at = 0;
      expect(plain(liftFlat(context, number, () => out[at++] as CoreValue))).toEqual(plain(value));
      expect(at).toBe(flat.length);
    }),
    { numRuns: 1_000 },
  );
});

it('takes any list of parameters, however many, and any result', () => {
  fc.assert(
    fc.property(fc.array(samples, { maxLength: 8 }), samples, (params, outcome) => {
      const types = new TypeTable();
      const type = { params: params.map((param) => param.type(types)), result: outcome.type(types) };
      const context = guest(types);
      const passing = passingOf(types.all, type);
      const values = params.map(({ value }) => value);
      const args = lowerParams(context, passing, values);
      expect(plain(liftParams(context, passing, args))).toEqual(plain(values));
      const place = 0x30000;
      const core = lowerResult(context, passing, outcome.value, [...args, place]);
      const back =
        passing.results === null
          ? liftFromMemory(context, type.result, place)
          : liftFlat(context, type.result, () => core as CoreValue);
      expect(plain(back)).toEqual(plain(outcome.value));
    }),
    { numRuns: 500 },
  );
});

it('makes nothing but a trap of bytes that a guest made up', () => {
  fc.assert(
    fc.property(typed, fc.uint8Array({ minLength: 256, maxLength: 256 }), ({ type }, noise) => {
      const types = new TypeTable();
      const number = type(types);
      const context = guest(types);
      context.memory?.write(0x20000, noise);
      try {
        liftFromMemory(context, number, 0x20000);
      } catch (error) {
        expect(['ComponentTrap', 'MemoryFault']).toContain((error as Error).name);
      }
    }),
    { numRuns: 1_000 },
  );
});
