import { expect, test } from 'vitest';
import type { CallOutcome, Instance, TriggerEvent } from '../runtimes/port.ts';
import { CallGate, WAITING_CALLS_MAX } from './call-gate.ts';

const event: TriggerEvent = { on: 'start' };
const instance = (took: string[], name: string) =>
  ({
    call: async (): Promise<CallOutcome> => {
      took.push(name);
      return { ok: true, value: {} };
    },
  }) as unknown as Instance;
const codeOf = (outcome: CallOutcome) => (outcome.ok ? 'ok' : outcome.problems[0]?.code);

test('calls that come during a hold go to the instance that is led to, each once', async () => {
  const took: string[] = [];
  const gate = new CallGate();
  gate.lead(instance(took, 'old'));
  await gate.call(event);
  gate.hold();
  const waiting = [gate.call(event), gate.call(event)];
  expect(took).toEqual(['old']);
  gate.lead(instance(took, 'new'));
  const outcomes = await Promise.all(waiting);
  expect(outcomes.map(codeOf)).toEqual(['ok', 'ok']);
  expect(took).toEqual(['old', 'new', 'new']);
});

test('waiting is bounded, and ends with a refusal when nothing follows', async () => {
  const gate = new CallGate();
  gate.lead(instance([], 'old'));
  gate.hold();
  const waiting = Array.from({ length: WAITING_CALLS_MAX }, () => gate.call(event));
  expect(codeOf(await gate.call(event))).toBe('rate_limited');
  gate.close();
  expect(new Set((await Promise.all(waiting)).map(codeOf))).toEqual(new Set(['unavailable']));
});
