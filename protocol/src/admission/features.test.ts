import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { WasmFeature } from '../manifest/release.ts';
import { engine, instantiate } from '../testing/engine.ts';
import { body, exportOf, functionType, I32, memory, section, vector, wasm } from '../testing/wasm-builder.ts';
import { admit } from './admit.ts';

/** Features that a module has only by grant. */
const PAGE = 65_536;
const I64 = 0x7e;
const LIMIT = 16 * PAGE;

function verdict(bytes: Uint8Array, features: WasmFeature[], fuel?: number) {
  const limits = { memoryBytes: LIMIT, ...(fuel === undefined ? {} : { fuel }) };
  return admit(bytes, { abi: 'assemblyscript', capabilities: { features }, limits });
}

function admitted(bytes: Uint8Array, features: WasmFeature[]) {
  const outcome = verdict(bytes, features);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return outcome.value;
}

const refused = (code: string) => ({ ok: false, problems: [{ code }] });
/** Grows memory `index` by its argument. */
const grower = (type: number, ...memories: number[][]) =>
  wasm(
    section(1, vector(functionType([type], [type]))),
    section(3, vector(...memories.map(() => [0]))),
    section(5, vector(...memories)),
    section(7, vector(...memories.map((_, index) => exportOf(`grow${index}`, 0, index)))),
    section(10, vector(...memories.map((_, index) => body([0x20, 0, 0x40, index])))),
  );
const two = grower(I32, memory(1), memory(2, 4));
const wide = grower(I64, [4, 1]);

it.each([
  ['several memories', two, 'multi-memory', 'memory64'],
  ['a memory of 64 bits', wide, 'memory64', 'multi-memory'],
] as const)('%s need their own grant', (_, bytes, grant, other) => {
  expect(verdict(bytes, [])).toMatchObject(refused('feature_refused'));
  expect(verdict(bytes, [other])).toMatchObject(refused('feature_refused'));
  expect(verdict(bytes, [grant])).toMatchObject({ ok: true });
});

it('several memories together never exceed the limit, whatever each declares', () => {
  const { bytes, memory: size } = admitted(two, ['multi-memory']);
  expect(size?.maxBytes).toBeLessThanOrEqual(LIMIT);
  const { grow0, grow1 } = instantiate(bytes) as Record<string, (pages: number) => number>;
  const pages = [grow0, grow1].map((grow) => {
    let more = 0;
    while (grow?.(1) !== -1) more += 1;
    return more;
  });
  // 13 pages are left over 1 and 2; half of them each, and the second declares that it has at most 4.
  expect(pages).toEqual([6, 2]);
});

it('a memory of 64 bits stays within the limit, and V8 takes what was rewritten', () => {
  const grow = instantiate(admitted(wide, ['memory64']).bytes).grow0 as (pages: bigint) => bigint;
  expect([grow(15n), grow(1n)]).toEqual([1n, -1n]);
});

it.each([
  ['starts above the limit together', grower(I32, memory(9), memory(8)), ['multi-memory'], 'memory_above_limit'],
  ['has nine', grower(I32, ...Array.from({ length: 9 }, () => memory(0))), ['multi-memory'], 'module_too_large'],
  [
    'starts with 2^60 pages',
    wasm(section(5, [1, 4, ...Array(8).fill(0xff), 0x0f])),
    ['memory64'],
    'memory_above_limit',
  ],
  [
    'has a size of more than 64 bits',
    wasm(section(5, [1, 4, ...Array(9).fill(0xff), 0x7f])),
    ['memory64'],
    'module_malformed',
  ],
  ['has a shared memory', wasm(section(5, [1, 3, 1, 2])), ['multi-memory', 'memory64'], 'feature_refused'],
  ['has pages of another size', wasm(section(5, [1, 8, 1, 0])), ['multi-memory', 'memory64'], 'feature_refused'],
  ['has a table of 64 bits', wasm(section(4, [1, 0x70, 4, 1])), ['memory64'], 'feature_refused'],
] as const)('a module that %s is refused with every grant', (_, bytes, features, code) => {
  expect(verdict(bytes, [...features])).toMatchObject(refused(code));
});

it.each([
  [two, 'multi-memory'],
  [wide, 'memory64'],
] as const)('instructions are not counted over such memories: %#', (bytes, grant) => {
  expect(verdict(bytes, [grant], 1_000)).toMatchObject(refused('feature_refused'));
});

it('whatever memories a module declares, together they stay within the limit, V8 takes them, and a second look changes nothing', () => {
  const features: WasmFeature[] = ['multi-memory', 'memory64'];
  const size = fc.nat(40);
  const declared = fc.record({ isWide: fc.boolean(), min: size, more: fc.option(size) });
  fc.assert(
    fc.property(fc.array(declared, { maxLength: 9 }), (memories) => {
      const entries = memories.map(({ isWide, min, more }) =>
        more === null ? [isWide ? 4 : 0, min] : [isWide ? 5 : 1, min, min + more],
      );
      const outcome = verdict(wasm(section(5, vector(...entries))), features);
      if (!outcome.ok) return;
      const { bytes, memory: total } = outcome.value;
      expect(total?.maxBytes ?? 0).toBeLessThanOrEqual(LIMIT);
      expect(engine.validate(bytes)).toBe(true);
      expect(admitted(bytes, features).bytes).toEqual(bytes);
    }),
    { numRuns: 500 },
  );
});
