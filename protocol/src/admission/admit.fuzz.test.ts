import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ERROR_CODES } from '../errors.ts';
import { engine } from '../testing/engine.ts';
import {
  body,
  exportOf,
  functionType,
  I32,
  memory,
  realModule,
  section,
  vector,
  wasm,
} from '../testing/wasm-builder.ts';
import { type AdmissionTerms, admit } from './admit.ts';
import { encodeU32 } from './rewrite.ts';

const TERMS: AdmissionTerms = {
  abi: 'assemblyscript',
  capabilities: { kv: true },
  limits: { memoryBytes: 1024 * 1024 },
};

const mutations = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { minLength: 1, maxLength: 6 });

it('never throws, and never admits memory above the limit, whatever bytes it is given', () => {
  const whole = realModule();
  fc.assert(
    fc.property(mutations, (changes) => {
      const bytes = whole.slice();
      for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
      const verdict = admit(bytes, TERMS);
      if (verdict.ok) expect(verdict.value.memory?.maxBytes ?? 0).toBeLessThanOrEqual(TERMS.limits.memoryBytes);
      else for (const problem of verdict.problems) expect(ERROR_CODES).toContain(problem.code);
    }),
    { numRuns: 5_000 },
  );
});

it('admits again what it has admitted, without changing it', () => {
  const whole = realModule();
  fc.assert(
    fc.property(mutations, (changes) => {
      const bytes = whole.slice();
      for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
      const first = admit(bytes, TERMS);
      if (!first.ok) return;
      const second = admit(first.value.bytes, TERMS);
      expect(second.ok && second.value.bytes).toEqual(first.value.bytes);
    }),
    { numRuns: 2_000 },
  );
});

it('says malformed of nothing that V8 compiles, unless it uses a refused feature', () => {
  const whole = realModule();
  fc.assert(
    fc.property(mutations, (changes) => {
      const bytes = whole.slice();
      for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
      const verdict = admit(bytes, TERMS);
      if (verdict.ok || verdict.problems[0]?.code !== 'module_malformed') return;
      expect(engine.validate(bytes)).toBe(false);
    }),
    { numRuns: 5_000 },
  );
});

it('survives noise behind a valid header', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
      admit(wasm([...noise]), TERMS);
    }),
    { numRuns: 5_000 },
  );
});

it('takes less than 50 ms for each MiB, also for modules made to be slow', () => {
  const MIB = 1024 * 1024;
  const repeat = (count: number, item: readonly number[]) => [
    ...encodeU32(count),
    ...Array.from({ length: count }, () => item).flat(),
  ];
  const count = 150_000;
  const functions = section(3, repeat(count, [0]));
  const manyBodies = wasm(
    section(1, vector(functionType([], []))),
    functions,
    section(
      10,
      repeat(
        count,
        body(
          [0x01, 0x01],
          [
            [1, I32],
            [1, I32],
          ],
        ),
      ),
    ),
  );
  const manyExports = wasm(
    section(5, vector(memory(1))),
    section(
      7,
      vector(
        ...Array.from({ length: 10_000 }, (_, i) => exportOf(`export-with-a-long-name-${i}`.padEnd(200, 'x'), 0, 0)),
      ),
    ),
  );
  for (const bytes of [manyBodies, manyExports]) {
    const best = Math.min(...[1, 2, 3].map(() => elapsedMs(() => expect(admit(bytes, TERMS).ok).toBe(true))));
    expect(best / (bytes.length / MIB)).toBeLessThan(50);
  }
});

function elapsedMs(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
