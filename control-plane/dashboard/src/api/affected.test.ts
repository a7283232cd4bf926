import type { DeviceId, RolloutId, StreamChange } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { affectedBy } from './affected.ts';
import { KEYS } from './keys.ts';

const device = 'pi-7' as DeviceId;
const rollout = '01hzy3k8m5q7r9tvwxz0abcdef' as RolloutId;

test.each<[StreamChange, readonly string[]]>([
  [{ type: 'device', device }, KEYS.device(device)],
  [{ type: 'device', device }, KEYS.devices],
  [{ type: 'device', device }, KEYS.attention],
  [{ type: 'usage', device }, KEYS.deviceUsage(device)],
  [{ type: 'member', rollout, device }, KEYS.members(rollout)],
  [{ type: 'member', rollout, device }, KEYS.rollout(rollout)],
  [{ type: 'member', rollout, device }, KEYS.explanation(rollout)],
  [{ type: 'rollout', rollout }, KEYS.explanation(rollout)],
  [{ type: 'rollout', rollout }, KEYS.rollouts],
  [{ type: 'release' }, KEYS.releases],
])('%j makes %j old', (change, key) => {
  expect(affectedBy(change)).toContainEqual(key);
});

test('a change of one device leaves what is known of others alone', () => {
  const keys = affectedBy({ type: 'usage', device });
  expect(keys.filter(([first, name]) => first === 'device' && name !== device)).toEqual([]);
});

test('log lines make nothing old', () => {
  expect(affectedBy({ type: 'log', device, batch: { lines: [] } })).toEqual([]);
});
