import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engine } from '../../testing/engine.ts';
import { body, exportOf, functionType, I32, memory, section, vector, wasm } from '../../testing/wasm-builder.ts';
import { admit } from '../admit.ts';
import { FUEL_EXPORT, START_EXPORT } from './instrument.ts';

const PLENTY = 1_000_000_000;
const terms = (fuel: number) =>
  ({ abi: 'wasi-p1', capabilities: {}, limits: { memoryBytes: 1024 * 1024, fuel } }) as const;
const [I64, FUNC] = [0x7e, 0x70];

/** One function of type (i32) → i32, exported as `f`, over a memory and a table that holds it. */
function one(code: readonly number[], locals: readonly (readonly number[])[] = [], more: readonly number[][] = []) {
  return wasm(
    section(1, vector(functionType([I32], [I32]), functionType([], []))),
    section(3, vector([0], ...more.map(() => [1]))),
    section(4, vector([FUNC, 0, 1])),
    section(5, vector(memory(1))),
    section(7, vector(exportOf('f', 0, 0), exportOf('memory', 2, 0))),
    section(9, vector([0, 0x41, 0, 0x0b, ...vector([0])])),
    section(10, vector(body(code, locals), ...more.map((each) => body(each)))),
  );
}

function counted(bytes: Uint8Array, fuel = PLENTY) {
  const verdict = admit(bytes, terms(fuel));
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.problems));
  const { exports } = new engine.Instance(new engine.Module(verdict.value.bytes), {});
  const global = exports[FUEL_EXPORT] as { value: bigint };
  const f = exports.f as (n: number) => number;
  return {
    exports,
    left: () => global.value,
    /** The result, or the name of the trap, and the fuel that it took. */
    run(n: number, limit = fuel): { readonly result: number | string; readonly used: number } {
      global.value = BigInt(limit);
      try {
        return { result: f(n), used: limit - Number(global.value) };
      } catch (error) {
        return { result: (error as Error).constructor.name, used: limit - Number(global.value) };
      }
    },
  };
}

/** while (n != 0) { sum += n; n -= 1 } */
const SUM = [
  ...[0x02, 0x40, 0x03, 0x40, 0x20, 0, 0x45, 0x0d, 1],
  ...[0x20, 1, 0x20, 0, 0x6a, 0x21, 1, 0x20, 0, 0x41, 1, 0x6b, 0x21, 0, 0x0c, 0, 0x0b, 0x0b, 0x20, 1],
];
/** n < 2 ? 1 : f(n - 1) + f(n - 2), by call and by call_indirect */
const FIBONACCI = [
  ...[0x20, 0, 0x41, 2, 0x48, 0x04, I32, 0x41, 1, 0x05, 0x20, 0, 0x41, 1, 0x6b, 0x10, 0],
  ...[0x20, 0, 0x41, 2, 0x6b, 0x41, 0, 0x11, 0, 0, 0x6a, 0x0b],
];

describe('counted code', () => {
  it('charges the same for each round of a loop, and gives the same result', () => {
    const { run } = counted(one(SUM, [[1, I32]]));
    expect(run(10).result).toBe(55);
    const [none, ten, eleven] = [run(0).used, run(10).used, run(11).used];
    expect(eleven - ten).toBe((ten - none) / 10);
    expect(none).toBeGreaterThan(4);
  });

  it.each([
    ['a loop', one([0x03, 0x40, 0x0c, 0, 0x0b, 0x41, 0])],
    ['a loop over br_table', one([0x03, 0x40, 0x20, 0, 0x0e, 1, 0, 0, 0x0b, 0x41, 0])],
    [
      'a loop whose branch stands behind inner blocks',
      one([0x03, 0x40, 0x02, 0x40, 0x20, 0, 0x0d, 0, 0x0b, 0x0c, 0, 0x0b, 0x41, 0]),
    ],
    ['call_indirect of itself', one([0x20, 0, 0x41, 0, 0x11, 0, 0])],
    ['a tail call of itself', one([0x20, 0, 0x12, 0])],
    ['an indirect tail call of itself', one([0x20, 0, 0x41, 0, 0x13, 0, 0])],
    ['an outer loop around a counted one', one([0x03, 0x40, 0x03, 0x40, 0x0b, 0x0c, 0, 0x0b, 0x41, 0])],
  ])('ends %s when the fuel is used up', (_, module) => {
    const { run, left } = counted(module);
    expect(run(1, 2_000).result).toBe('RuntimeError');
    expect(left()).toBeLessThan(0n);
    expect(left()).toBeGreaterThan(-200n);
  });

  it('charges a memory.fill by its length', () => {
    const { run } = counted(one([0x41, 0, 0x41, 7, 0x20, 0, 0xfc, 11, 0, 0x41, 0]));
    expect(run(60_000).used - run(0).used).toBe(60_000 / 16);
  });

  it('leaves the start function to the host, which then can read what it used', () => {
    const loop = [0x03, 0x40, 0x0c, 0, 0x0b];
    const module = one([0x41, 5], [], [loop]);
    const started = Uint8Array.from([
      ...sectionsBefore(module, 9),
      ...section(8, [1]),
      ...module.subarray(startOf(module, 9)),
    ]);
    const { exports, left } = counted(started, 5_000);
    expect(left()).toBe(5_000n);
    expect(() => (exports[START_EXPORT] as () => void)()).toThrow('unreachable');
    expect(left()).toBeLessThan(0n);
  });

  it('counts alike in two instances, for any program and argument', () => {
    const modules = [one(SUM, [[1, I32]]), one(FIBONACCI)].map((each) => [each, counted(each), counted(each)] as const);
    fc.assert(
      fc.property(
        fc.constantFrom(...modules),
        fc.integer({ min: 0, max: 14 }),
        fc.integer({ min: 1_000, max: 20_000 }),
        ([plain, a, b], n, limit) => {
          const first = a.run(n, limit);
          expect(b.run(n, limit)).toEqual(first);
          const { f } = new engine.Instance(new engine.Module(plain), {}).exports as { f: (n: number) => number };
          if (first.used <= limit) expect(first.result).toBe(f(n));
          else expect(a.run(n).result).toBe(f(n));
        },
      ),
    );
  });
});

describe('code that would reach its counter', () => {
  it.each([
    ['sets the global behind its own', [0x42, 0, 0x24, 0, 0x41, 0], []],
    ['reads the global behind its own', [0x23, 0, 0xa7], []],
    ['sets the local behind its own', [0x42, 0x7f, 0x21, 1, 0x03, 0x40, 0x0b, 0x41, 0], []],
    ['tees a local far behind its own', [0x42, 0x7f, 0x22, 3, 0x1a, 0x03, 0x40, 0x0b, 0x41, 0], [[1, I64]]],
  ])('%s and is refused', (_, code, locals) => {
    expect(admit(one(code, locals), terms(PLENTY))).toMatchObject({
      ok: false,
      problems: [{ code: 'module_malformed' }],
    });
  });

  it('exports the global behind its own, or a reserved name, and is refused', () => {
    const exporting = (name: string, kind: number, index: number) =>
      wasm(
        section(1, vector(functionType([], []))),
        section(3, vector([0])),
        section(7, vector(exportOf(name, kind, index))),
        section(10, vector(body([]))),
      );
    for (const module of [exporting('mine', 3, 0), exporting(FUEL_EXPORT, 0, 0), exporting(START_EXPORT, 0, 0)])
      expect(admit(module, terms(PLENTY))).toMatchObject({ ok: false, problems: [{ code: 'module_malformed' }] });
  });

  it.each([
    ['try_table', [0x1f, 0x40, 0, 0x0b, 0x41, 0]],
    ['try and catch_all', [0x06, 0x40, 0x19, 0x0b, 0x41, 0]],
    ['a relaxed vector instruction', [0xfd, 0x80, 0x02, 0x41, 0]],
    ['call_ref', [0x20, 0, 0x14, 0]],
  ])('uses %s and is refused', (_, code) => {
    expect(admit(one(code), terms(PLENTY))).toMatchObject({ ok: false, problems: [{ code: 'feature_refused' }] });
  });
});

function startOf(module: Uint8Array, wanted: number): number {
  for (let at = 8; at < module.length; at += 2 + (module[at + 1] as number)) if (module[at] === wanted) return at;
  throw new Error(`no section ${wanted}`);
}

function sectionsBefore(module: Uint8Array, wanted: number): Uint8Array {
  return module.subarray(0, startOf(module, wanted));
}
