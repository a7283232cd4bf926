import { expect, test } from 'vitest';
import { statusOf } from './status.ts';
import { step } from './step.ts';
import { deploymentIn, digestAt, ENV, RUN_TICKET } from './testing/states.ts';

test('an agent that was put back has failed: it is not started again, though its policy would allow that', () => {
  const message = 'it did not check in';
  const event = { type: 'start_failed', ticket: RUN_TICKET, code: 'agent_not_confirmed', message } as const;
  const { state, effects } = step(deploymentIn('activating'), event, ENV);
  expect(state && statusOf(state)).toMatchObject({ state: 'reverting', code: 'agent_not_confirmed' });
  expect(effects).toContainEqual({
    kind: 'quarantine',
    release: digestAt('b'),
    attempt: 1,
    code: 'agent_not_confirmed',
  });
  expect(effects).toContainEqual(expect.objectContaining({ kind: 'start', release: digestAt('a') }));
});
