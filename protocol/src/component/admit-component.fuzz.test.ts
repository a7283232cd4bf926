import fc from 'fast-check';
import { expect, it } from 'vitest';
import { admit } from '../admission/admit.ts';
import { ERROR_CODES } from '../errors.ts';
import { ComponentBuilder, PREAMBLE, RESOURCE, recordOf, U32 } from '../testing/component-builder.ts';
import { exportRun, importStdout, importStreams, quietCommand, quietModule } from '../testing/component-samples.ts';

/** A component with a bit of everything: imports, a nested component, resources, lowered functions, two core instances. */
function sample(): Uint8Array {
  const builder = new ComponentBuilder();
  const { streams, outputStream } = importStreams(builder);
  const stdout = importStdout(builder, outputStream);
  const core = builder.coreInstance(builder.coreModule(quietModule()));
  const [memory, realloc] = [builder.aliasCore('memory', core, 'memory'), builder.aliasCore('func', core, 'realloc')];
  const get = builder.lower(builder.alias('func', stdout, 'get-stdout'));
  const write = builder.alias('func', streams, '[method]output-stream.blocking-write-and-flush');
  builder.coreExports({ get: ['func', get], write: ['func', builder.lower(write, { memory, realloc })] });
  const thing = builder.type(RESOURCE);
  for (const builtIn of ['new', 'rep', 'drop'] as const) builder.resource(builtIn, thing);
  const inner = new ComponentBuilder();
  inner.export('copy', 'type', inner.importResource('thing'));
  builder.alias('type', builder.instance(builder.component(inner.build()), { thing: ['type', thing] }), 'copy');
  exportRun(builder, core);
  return builder.build();
}

const TERMS = { abi: 'component', capabilities: {}, limits: { memoryBytes: 1024 * 1024 } } as const;
const mutations = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { minLength: 1, maxLength: 6 });

function mutated(whole: Uint8Array, changes: readonly { at: number; byte: number }[]): Uint8Array {
  const bytes = whole.slice();
  for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
  return bytes;
}

it('begins with a sample that is admitted', () => {
  expect(admit(sample(), TERMS)).toMatchObject({ ok: true });
});

it('answers with a verdict whatever bytes it is given, and never with memory above the limit', () => {
  const whole = sample();
  fc.assert(
    fc.property(mutations, (changes) => {
      const verdict = admit(mutated(whole, changes), TERMS);
      if (verdict.ok) expect(verdict.value.memory?.maxBytes ?? 0).toBeLessThanOrEqual(TERMS.limits.memoryBytes);
      else for (const { code } of verdict.problems) expect(ERROR_CODES).toContain(code);
    }),
    { numRuns: 10_000 },
  );
});

it('plans only what is there: every reference leads to something', () => {
  const whole = sample();
  fc.assert(
    fc.property(mutations, (changes) => {
      const verdict = admit(mutated(whole, changes), TERMS);
      if (!verdict.ok || verdict.value.component === undefined) return;
      const { plan, modules } = verdict.value.component;
      expect(plan.modules).toHaveLength(modules.length);
      for (const [at, { module, imports }] of plan.coreInstances.entries()) {
        expect(module).toBeLessThan(modules.length);
        for (const { value } of imports)
          if (value.from === 'export') expect(value.instance).toBeLessThan(at);
          else expect(value.trampoline).toBeLessThan(plan.trampolines.length);
      }
      for (const { type } of plan.lifts)
        for (const part of [...type.params, ...(type.result === null ? [] : [type.result])])
          expect(part).toBeLessThan(plan.types.length);
    }),
    { numRuns: 5_000 },
  );
});

it('survives noise behind the preamble', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
      admit(Uint8Array.from([...PREAMBLE, ...noise]), TERMS);
    }),
    { numRuns: 5_000 },
  );
});

it('counts the text of types, which nested components repeat as often as they are instantiated', () => {
  const labels = Array.from({ length: 900 }, (_, i) => [`label-${i}-${'x'.repeat(200)}`, U32] as const);
  const inner = new ComponentBuilder();
  for (let i = 0; i < 4; i++) inner.type(recordOf(...labels));
  const repeated = (times: number) => {
    const builder = quietCommand();
    const component = builder.component(inner.build());
    for (let i = 0; i < times; i++) builder.instance(component);
    return admit(builder.build(), TERMS);
  };
  expect(repeated(2)).toMatchObject({ ok: true });
  expect(repeated(20)).toMatchObject({ ok: false, problems: [{ code: 'module_too_large' }] });
});
