import { describe, expect, it } from 'vitest';
import { instantiate } from '../testing/engine.ts';
import {
  body,
  exportOf,
  functionType,
  I32,
  importFunction,
  memory,
  realModule,
  section,
  text,
  vector,
  wasm,
} from '../testing/wasm-builder.ts';
import { type AdmissionTerms, admit } from './admit.ts';

const MIB = 1024 * 1024;
const TERMS: AdmissionTerms = { abi: 'assemblyscript', capabilities: {}, limits: { memoryBytes: 16 * MIB } };

function codes(bytes: Uint8Array, terms: Partial<AdmissionTerms> = {}): string[] {
  const verdict = admit(bytes, { ...TERMS, ...terms });
  return verdict.ok ? [] : verdict.problems.map((problem) => problem.code);
}

function admitted(bytes: Uint8Array, terms: Partial<AdmissionTerms> = {}) {
  const verdict = admit(bytes, { ...TERMS, ...terms });
  if (!verdict.ok) throw new Error(verdict.problems.map((problem) => problem.message).join('\n'));
  return verdict.value;
}

describe('a module that is fine', () => {
  it('is admitted with its imports, exports and sizes', () => {
    const module = admitted(realModule());
    expect(module.imports).toEqual([{ module: 'wherry', name: 'log', kind: 'function' }]);
    expect(module.exports.map((e) => e.name)).toEqual(['add', 'memory', 'table']);
    expect(module.memory).toEqual({ minBytes: 65_536, maxBytes: 16 * MIB });
    expect(module.functionCount).toBe(1);
  });

  it('compiles and computes after rewriting', () => {
    const { add } = instantiate(admitted(realModule()).bytes) as { add: (a: number, b: number) => number };
    expect(add(2, 3)).toBe(5);
  });

  it('cannot grow its memory beyond the limit, however much it declares', () => {
    const { bytes } = admitted(wasm(section(5, vector(memory(1, 65_536))), section(7, vector(exportOf('m', 2, 0)))), {
      limits: { memoryBytes: MIB },
    });
    const grown = instantiate(bytes).m as { grow(pages: number): number };
    expect(() => grown.grow(16)).toThrow(RangeError);
    expect(grown.grow(15)).toBe(1);
  });

  it('keeps a smaller maximum of its own', () => {
    expect(admitted(wasm(section(5, vector(memory(1, 2))))).memory?.maxBytes).toBe(2 * 65_536);
  });

  it('may have no memory at all', () => {
    expect(admitted(wasm()).memory).toBeNull();
  });
});

describe('the table bomb: 71 bytes that grow a table to ten million elements', () => {
  const bomb = wasm(
    section(1, vector(functionType([], [I32]))),
    section(3, vector([0])),
    section(4, vector([0x6f, 0, 0])),
    section(7, vector(exportOf('grow', 0, 0), exportOf('t', 1, 0))),
    section(10, vector(body([0xd0, 0x6f, 0x41, ...[0x80, 0xad, 0xe2, 0x04], 0xfc, 0x0f, 0]))),
  );

  it('is admitted with its table clamped, so that growing fails', () => {
    const run = (bytes: Uint8Array) => (instantiate(bytes).grow as () => number)();
    expect(bomb.length).toBeLessThanOrEqual(71);
    expect(run(admitted(bomb).bytes)).toBe(-1);
  });

  it('is refused when the elements are there from the start', () => {
    expect(codes(wasm(section(4, vector([0x70, 0, 0x80, 0xad, 0xe2, 0x04]))))).toEqual(['module_too_large']);
  });
});

describe('features that are refused', () => {
  const limits = (flags: number, ...sizes: number[]) => wasm(section(5, [1, flags, ...sizes]));
  it.each([
    ['shared memory', limits(3, 1, 2)],
    ['memory64', limits(4, 1)],
    ['memory64 with a maximum', limits(5, 1, 2)],
    ['a custom page size', limits(8, 1, 0)],
    ['a second memory', wasm(section(5, vector(memory(1), memory(1))))],
    ['a 64-bit table', wasm(section(4, [1, 0x70, 4, 1]))],
    ['a shared table', wasm(section(4, [1, 0x70, 2, 1]))],
    ['a table with an initialiser', wasm(section(4, [1, 0x40, 0, 0x70, 0, 1, 0xd0, 0x70, 0x0b]))],
    ['exceptions', wasm(section(13, vector([0, 0])))],
    [
      'an imported exception tag',
      wasm(section(1, vector(functionType([], []))), section(2, [1, ...text('a'), ...text('b'), 4, 0, 0])),
    ],
    ['garbage-collected types', wasm(section(1, [1, 0x5f, 0]))],
    ['recursive types', wasm(section(1, [1, 0x4e, 1, 0x60, 0, 0]))],
    ['typed references', wasm(section(1, [1, 0x60, 1, 0x64, 0x70, 0]))],
    ['a component', Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0)],
    ['an unknown version', Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0)],
  ])('%s', (_, bytes) => {
    expect(codes(bytes)).toEqual(['feature_refused']);
  });
});

describe('malformed modules', () => {
  it.each([
    ['nothing', new Uint8Array()],
    ['a header cut short', Uint8Array.of(0, 0x61, 0x73)],
    ['text', new TextEncoder().encode('(module (func))')],
    ['an unknown section', wasm(section(14, [0]))],
    ['a section twice', wasm(section(5, vector(memory(1))), section(5, vector(memory(1))))],
    ['sections out of order', wasm(section(5, vector(memory(1))), section(4, vector([0x70, 0, 1])))],
    ['a section longer than the module', wasm([5, 100, 1])],
    ['a section longer than its content', wasm(section(5, vector(memory(1)), [0]))],
    ['a count without content', wasm(section(1, [100]))],
    ['a number of six bytes', wasm([5, 0x80, 0x80, 0x80, 0x80, 0x80, 0])],
    ['a number above 32 bits', wasm([5, 0xff, 0xff, 0xff, 0xff, 0x1f])],
    ['a memory whose maximum is below its minimum', wasm(section(5, vector(memory(2, 1))))],
    ['unknown memory flags', wasm(section(5, [1, 0x10, 1]))],
    ['an unknown value type', wasm(section(1, [1, 0x60, 1, 0x00, 0]))],
    ['an unknown kind of import', wasm(section(2, [1, ...text('a'), ...text('b'), 9]))],
    ['a type that does not exist', wasm(section(3, vector([7])))],
    ['functions without bodies', wasm(section(1, vector(functionType([], []))), section(3, vector([0])))],
    ['bodies without functions', wasm(section(10, vector(body([]))))],
    [
      'a body longer than its section',
      wasm(section(1, vector(functionType([], []))), section(3, vector([0])), section(10, [1, 50, 0])),
    ],
    ['two exports of one name', wasm(section(7, vector(exportOf('a', 0, 0), exportOf('a', 0, 0))))],
    ['a name that is not UTF-8', wasm(section(7, [1, 1, 0xff, 0, 0]))],
    ['a custom section without a name', wasm([0, 0])],
  ])('%s', (_, bytes) => {
    expect(codes(bytes)).toEqual(['module_malformed']);
  });

  it('is what every truncation of a real module is', () => {
    const whole = realModule();
    const ends = new Set<number>();
    for (let length = 0; length < whole.length; length++) {
      const verdict = admit(whole.slice(0, length), TERMS);
      if (verdict.ok) ends.add(length);
      else expect(verdict.problems[0]?.code).toBe('module_malformed');
    }
    // A cut between two sections can leave a whole module; of those, only the cuts before the code section miss their bodies.
    expect(ends.size).toBeLessThan(8);
  });
});

describe('modules that are too large', () => {
  const oneFunction = (code: number[]) =>
    wasm(section(1, vector(functionType([], []))), section(3, vector([0])), section(10, vector(code)));
  it.each([
    ['locals in one function', oneFunction(body([], [[0xff, 0xff, 0x03, I32]]))],
    [
      'locals that would overflow',
      oneFunction(
        body(
          [],
          Array.from({ length: 4 }, () => [0xff, 0xff, 0xff, 0xff, 0x0f, I32]),
        ),
      ),
    ],
    ['types', wasm(section(1, [0xff, 0xff, 0x7f]))],
    ['an export name', wasm(section(7, [1, 0xff, 0xff, 0x03]))],
    ['a function body', oneFunction([0xff, 0xff, 0xff, 0x03])],
  ])('%s', (_, bytes) => {
    expect(codes(bytes)).toEqual(['module_too_large']);
  });

  it('are refused by their length alone', () => {
    expect(codes(new Uint8Array(33 * MIB))).toEqual(['module_too_large']);
  });

  it('are refused for thousands of empty sections', () => {
    expect(codes(wasm(...Array.from({ length: 600 }, () => section(0, text('x')))))).toEqual(['module_too_large']);
  });
});

describe('memory above the limit', () => {
  it('is refused when the module starts with more than it may have', () => {
    expect(codes(realModule({ memoryPages: 17 }), { limits: { memoryBytes: MIB } })).toEqual(['memory_above_limit']);
  });
  it('is not refused at exactly the limit', () => {
    expect(codes(realModule({ memoryPages: 16 }), { limits: { memoryBytes: MIB } })).toEqual([]);
  });
});

describe('imports', () => {
  const importing = (module: string, name: string) => realModule({ imports: [[module, name]] });

  it.each([
    ['Date', 'constructor'],
    ['Math', 'constructor'],
    ['env', 'constructor'],
    ['env', '__proto__'],
    ['__proto__', 'constructor'],
    ['constructor', 'constructor'],
    ['wherry', 'constructor'],
    ['wherry', '__proto__'],
    ['wherry', 'toString'],
    ['wherry', ''],
    ['', 'log'],
    ['wherry\0', 'log'],
    ['wasi_snapshot_preview1', 'constructor'],
    ['wasi_unstable', 'fd_write'],
    ['env', 'console.log'],
  ])('%s.%s is refused', (module, name) => {
    for (const abi of ['assemblyscript', 'wasi-p1'] as const)
      expect(codes(importing(module, name), { abi })).toEqual(['import_refused']);
  });

  it('gives WASI to wasi-p1 modules only, and env to assemblyscript only', () => {
    expect(codes(importing('wasi_snapshot_preview1', 'fd_write'), { abi: 'wasi-p1' })).toEqual([]);
    expect(codes(importing('wasi_snapshot_preview1', 'fd_write'))).toEqual(['import_refused']);
    expect(codes(importing('env', 'abort'))).toEqual([]);
    expect(codes(importing('env', 'abort'), { abi: 'wasi-p1' })).toEqual(['import_refused']);
  });

  it.each([
    ['publish', 'mqtt.publish', { mqtt: { publish: ['a/b'] } }],
    ['kv_get', 'kv', { kv: true }],
    ['kv_set', 'kv', { kv: true }],
    ['kv_delete', 'kv', { kv: true }],
    ['http_fetch', 'http', { http: { allow: ['https://example.com'] } }],
  ] as const)('wherry.%s needs the grant %s', (name, grant, capabilities) => {
    const verdict = admit(importing('wherry', name), TERMS);
    expect(verdict).toMatchObject({ ok: false, problems: [{ code: 'capability_denied' }] });
    expect(verdict.ok ? '' : verdict.problems[0]?.message).toContain(`grant ${grant}`);
    expect(codes(importing('wherry', name), { capabilities: capabilities as never })).toEqual([]);
  });

  it.each([
    ['an empty list of topics', 'publish', { mqtt: { publish: [] } }],
    ['an empty list of hosts', 'http_fetch', { http: { allow: [] } }],
    ['kv: false', 'kv_get', { kv: false }],
  ])('%s grants nothing', (_, name, capabilities) => {
    expect(codes(importing('wherry', name), { capabilities })).toEqual(['capability_denied']);
  });

  it.each([
    ['a table', [1, 0x70, 0, 1]],
    ['a memory', [2, 0, 1]],
    ['a global', [3, I32, 0]],
  ])('%s cannot be imported', (_, descriptor) => {
    expect(codes(wasm(section(2, [1, ...text('env'), ...text('memory'), ...descriptor])))).toEqual(['import_refused']);
  });

  it('are all named at once, up to a bound', () => {
    const imports = Array.from({ length: 50 }, (_, i) => ['env', `missing${i}`] as const);
    expect(codes(realModule({ imports }))).toHaveLength(20);
  });

  it('do not carry what a stranger wrote into a sentence unquoted or unbounded', () => {
    const verdict = admit(
      wasm(
        section(1, vector(functionType([], []))),
        section(2, vector(importFunction('\u001b[31m', 'x'.repeat(1000)))),
      ),
      TERMS,
    );
    const message = verdict.ok ? '' : (verdict.problems[0]?.message ?? '');
    expect(message).not.toContain('\u001b');
    expect(message.length).toBeLessThan(200);
  });
});
