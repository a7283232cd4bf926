import type { Refusal, VariantKind } from '@wherry/protocol';
import { describe, expect, test } from 'vitest';
import { statusOf } from '../lifecycle/status.ts';
import { step } from '../lifecycle/step.ts';
import { deploymentIn, ENV, factsOf, workloadOf } from '../lifecycle/testing/states.ts';
import { caresForEngines, shouldChooseAgain } from './choice.ts';
import { firstPresence, hasChanged, look } from './engine-presence.ts';

const without = (...kinds: VariantKind[]) => ({
  platform: 'linux/arm64',
  refused: Object.fromEntries(kinds.map((kind) => [kind, { code: 'no_runtime' as const, message: 'no engine' }])),
});
const refusal = (variant: number, code: Refusal['code']): Refusal => ({ variant, kind: 'wasm', code, message: 'no' });
/** Variant 0 is wasm, variant 1 a container. */
function record(phase: 'healthy' | 'rejected' | 'probing' | 'reverted', variantAt: number, refusals: Refusal[] = []) {
  const { record: made } = deploymentIn(phase);
  return { ...made, target: { ...made.target, facts: factsOf(2), variantAt, refusals } };
}

const lacking = record('rejected', 1, [refusal(0, 'import_refused'), refusal(1, 'no_runtime')]);

describe('the variant is chosen again', () => {
  test.each([
    ['rejected for want of an engine, and it is there', lacking, [], true],
    ['rejected for want of an engine, and it is not', lacking, ['container'], false],
    ['rejected for what no engine mends', record('rejected', 0, [refusal(0, 'import_refused')]), [], false],
    ['healthy with what runs by the chosen kind', record('healthy', 1), [], false],
    ['healthy, and its engine is gone', record('healthy', 1), ['container'], true],
    ['healthy, and nothing here runs it', record('healthy', 1), ['container', 'wasm'], false],
    [
      'healthy with the second choice, and the first can run',
      record('healthy', 1, [refusal(0, 'no_runtime')]),
      [],
      true,
    ],
    ['healthy with the second choice by policy', record('healthy', 1, [refusal(0, 'capability_denied')]), [], false],
    ['on trial', record('probing', 1), ['container'], false],
    ['put back', record('reverted', 1, [refusal(0, 'no_runtime')]), [], false],
  ] as const)('%s', (_, deployment, missing, again) => {
    // A refusal for another reason than the engine is for good.
    const device = without(...(missing as readonly VariantKind[] as VariantKind[]));
    expect(shouldChooseAgain(deployment, device)).toBe(again);
  });

  test('only where an engine could matter', () => {
    expect(caresForEngines(record('healthy', 0))).toBe(true);
    expect(caresForEngines(deploymentIn('waiting').record)).toBe(false);
  });

  test('as a deployment of its own, while what runs goes on', () => {
    const healthy = deploymentIn('healthy');
    const { target, good } = healthy.record;
    const event = { type: 'desired', workload: target.workload, failedAttempt: null } as const;
    expect(step(healthy, event, ENV).state).toBe(healthy);
    const again = step(healthy, { ...event, choosesAgain: true }, ENV);
    expect(again.state?.record).toMatchObject({ phase: 'waiting', good: good as object });
    expect(again.effects.map(({ kind }) => kind)).toEqual(['fetchRelease']);
  });
});

describe('a runtime that is gone during the trial', () => {
  test.each(['crashed', 'start_failed', 'probe_failed'] as const)('by %s quarantines nothing', (type) => {
    const phase = type === 'start_failed' ? 'activating' : 'probing';
    const trial = deploymentIn(phase, {
      target: {
        workload: workloadOf('b'),
        facts: factsOf(2),
        variantAt: 1,
        refusals: [refusal(0, 'import_refused')],
        runtime: 'docker',
      },
    });
    const event = { type, ticket: trial.run.ticket, code: 'no_runtime', message: 'the engine is gone' } as const;
    const { state, effects } = step(trial, event, ENV);
    expect(effects.filter(({ kind }) => kind === 'quarantine')).toEqual([]);
    expect(state?.run.who).toBe('good');
    const status = state ? statusOf(state) : undefined;
    expect(status).toMatchObject({ state: 'rejected', code: 'no_variant_fits' });
    expect(status?.refusals?.map(({ code }) => code)).toEqual(['import_refused', 'no_runtime']);
    expect(state && shouldChooseAgain(state.record, without())).toBe(true);
  });
});

test('an engine is gone when it was missed three times in a row, and back at its first answer', () => {
  const both = new Set(['wasm', 'container']);
  const one = new Set(['wasm']);
  let presence = firstPresence(both);
  for (const answering of [one, one, both, one, one]) {
    const next = look(presence, answering);
    expect(hasChanged(presence, next)).toBe(false);
    presence = next;
  }
  const gone = look(presence, one);
  expect([hasChanged(presence, gone), gone.present.has('container')]).toEqual([true, false]);
  expect(hasChanged(gone, look(gone, both))).toBe(true);
});
