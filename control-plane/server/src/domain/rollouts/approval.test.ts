import type { DeviceId } from '@wherry/protocol';
import { describe, expect, test } from 'vitest';
import { crossingWave } from './approval.ts';
import { newMember } from './plan.ts';
import { step } from './step.ts';
import { guardAbove, NOW_MS, OTHER, OWN, planOf, RELEASE } from './testing/rollout-builder.ts';
import { SimFleet } from './testing/sim-fleet.ts';

/** R14: no rollout goes above its tenant's share of devices before an operator who did not make it has approved. */
const THREE_WAVES = { waves: [{ size: { count: 1 } }, { size: { count: 2 } }, { size: { share: 1 } }], soakMs: 0 };

function fleetAbove(aboveDevices: number, request = {}): SimFleet {
  const fleet = new SimFleet(planOf(10, { ...THREE_WAVES, ...request }), ['healthy'], new Set());
  fleet.feed(guardAbove(aboveDevices));
  fleet.feed({ type: 'start' });
  return fleet;
}
const answerAll = (fleet: SimFleet) => {
  while (fleet.air.length > 0) fleet.deliver(0, false);
};

describe('a second operator', () => {
  test.each([
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 2],
    [9, 2],
    [10, null],
  ])('above %i of ten devices is waited for before wave %s', (above, wave) => {
    const fleet = fleetAbove(above);
    expect(crossingWave(fleet.header)).toBe(wave);
    answerAll(fleet);
    expect(fleet.header.state).toBe(wave === null ? 'completed' : 'awaiting_approval');
    if (wave !== null) expect(fleet.header.currentWave).toBe(wave);
  });

  test('is another one: not who made it, by whatever name or credential, and not nobody', () => {
    const fleet = fleetAbove(3);
    answerAll(fleet);
    const waiting = fleet.header;
    for (const by of [OWN, { ...OWN, principal: 'token/1' }, { ...OWN, operator: 'ada at home' }, undefined]) {
      fleet.feed({ type: 'approve', wave: 2, ...(by ? { by } : {}) });
      fleet.feed({ type: 'resume', ...(by ? { by } : {}) });
      expect(fleet.header).toEqual(waiting);
    }
    fleet.feed({ type: 'approve', wave: 2, by: OTHER });
    answerAll(fleet);
    expect(fleet.header).toMatchObject({ state: 'completed', second: { approvedBy: 'bob' } });
  });

  test('is not got around by a pause', () => {
    const fleet = fleetAbove(3);
    answerAll(fleet);
    fleet.feed({ type: 'pause' });
    fleet.feed({ type: 'resume', by: OWN });
    expect(fleet.header).toMatchObject({ state: 'awaiting_approval', currentWave: 2 });
  });

  test('is not got around by devices that join later, in the middle of a wave or after the end', () => {
    const fleet = fleetAbove(11, { dynamic: true });
    fleet.join(true);
    answerAll(fleet);
    expect(fleet.header.state).toBe('completed');
    const member = newMember({ device: 'late' as DeviceId, isOnline: true, release: RELEASE }, 2, NOW_MS);
    const joined = step(fleet.header, { type: 'joined', member }, { nowMs: NOW_MS });
    expect(joined).toMatchObject({ rollout: { state: 'awaiting_approval', finishedAtMs: null }, effects: [] });
    const approved = step(joined.rollout, { type: 'approve', wave: 2, by: OTHER }, { nowMs: NOW_MS });
    expect(approved).toMatchObject({ rollout: { state: 'running' }, effects: [{ type: 'pick' }] });
  });

  test('is no longer asked for, or not yet, by what is said before it has begun, and not after', () => {
    const { header } = planOf(10, THREE_WAVES);
    const guarded = step(header, guardAbove(0), { nowMs: NOW_MS }).rollout;
    expect(crossingWave(guarded)).toBe(0);
    expect(crossingWave(step(guarded, { type: 'guard', second: null }, { nowMs: NOW_MS }).rollout)).toBe(null);
    const running = step(header, { type: 'start' }, { nowMs: NOW_MS }).rollout;
    expect(step(running, guardAbove(0), { nowMs: NOW_MS }).rollout).toBe(running);
  });
});
