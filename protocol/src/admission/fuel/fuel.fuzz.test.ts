import fc from 'fast-check';
import { expect, it } from 'vitest';
import { engine } from '../../testing/engine.ts';
import { body, exportOf, functionType, I32, memory, section, vector, wasm } from '../../testing/wasm-builder.ts';
import { admit } from '../admit.ts';
import { countInstructions } from './instrument.ts';

const TERMS = { abi: 'wasi-p1', capabilities: {}, limits: { memoryBytes: 1024 * 1024 } } as const;

/** A loop, a call, an if with else, a branch table, bulk memory and a global. */
const CODE = [
  ...[0x02, 0x40, 0x03, 0x40, 0x20, 0, 0x45, 0x0d, 1, 0x20, 1, 0x20, 0, 0x6a, 0x21, 1],
  ...[0x20, 0, 0x04, 0x40, 0x23, 0, 0x41, 1, 0x6a, 0x24, 0, 0x05, 0x01, 0x0b],
  ...[0x20, 0, 0x41, 1, 0x6b, 0x21, 0, 0x02, 0x40, 0x20, 0, 0x0e, 1, 0, 1, 0x0b, 0x0c, 0, 0x0b, 0x0b],
  ...[0x41, 0, 0x41, 7, 0x41, 32, 0xfc, 11, 0, 0x41, 0, 0x10, 1, 0x20, 1],
];
const MODULE = wasm(
  section(1, vector(functionType([I32], [I32]), functionType([I32], []))),
  section(3, vector([0], [1])),
  section(5, vector(memory(1))),
  section(6, vector([I32, 1, 0x41, 0, 0x0b])),
  section(7, vector(exportOf('f', 0, 0), exportOf('g', 3, 0))),
  section(10, vector(body(CODE, [[1, I32]]), body([0x20, 0, 0x1a, 0x0f]))),
);

const mutation = fc.record({
  at: fc.nat(MODULE.length - 1),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 3, 0x0b, 0x0c, 0x10, 0x21, 0x23, 0x24, 0x40, 0x7e, 0x7f)),
});

it('takes only what V8 takes, and changes no verdict of V8: nothing invalid becomes valid, nothing valid invalid', () => {
  let [taken, invalid] = [0, 0];
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 3 }), (mutations) => {
      const bytes = Uint8Array.from(MODULE);
      for (const { at, byte } of mutations) bytes[at] = byte;
      const plain = admit(bytes, TERMS);
      if (!plain.ok) return;
      const counted = countInstructions(plain.value.bytes, 1_000_000);
      const isValid = engine.validate(plain.value.bytes);
      if (!counted.ok) return;
      expect(engine.validate(counted.value)).toBe(isValid);
      if (isValid) taken += 1;
      else invalid += 1;
    }),
    { numRuns: 4_000, seed: 7 },
  );
  expect(taken).toBeGreaterThan(200);
  expect(invalid).toBeGreaterThan(50);
});

it('gives the same results as without counting, for the same program and argument', () => {
  const plain = admit(MODULE, TERMS);
  const counted = countInstructions(MODULE, Number.MAX_SAFE_INTEGER);
  if (!plain.ok || !counted.ok) throw new Error('the module is taken');
  const run = (bytes: Uint8Array) => new engine.Instance(new engine.Module(bytes), {}).exports as unknown as Exports;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), (n) => {
      const [a, b] = [run(plain.value.bytes), run(counted.value)];
      expect(b.f(n)).toBe(a.f(n));
      expect(b.g.value).toBe(a.g.value);
    }),
    { numRuns: 50 },
  );
});

interface Exports {
  f(n: number): number;
  readonly g: { readonly value: number };
}
