import { expect, test } from 'vitest';
import { expiryLook } from './expiry.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1_000 * DAY_MS;

test.each([
  ['what owners sign', 31, false, undefined],
  ['what owners sign', 29, false, 'soon'],
  ['what owners sign', 0, false, 'expired'],
  ['what the control plane signs', 1, true, undefined],
  ['what the control plane signs', -1, true, 'expired'],
])('%s, with %i days left', (_, days, isOnline, label) => {
  expect(expiryLook(NOW_MS + days * DAY_MS, NOW_MS, isOnline)?.label).toBe(label);
});
