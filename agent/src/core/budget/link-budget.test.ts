import { expect, test } from 'vitest';
import { type LinkFacts, refuseByLink } from './link-budget.ts';

const metered: LinkFacts = { name: 'wwan0', isMetered: true, leftBytes: 1_000, renewsAtMs: Date.UTC(2026, 11, 1) };
const free: LinkFacts = { name: 'eth0', isMetered: false, leftBytes: null, renewsAtMs: Date.UTC(2026, 11, 1) };

test.each([
  ['no budget', 9e9, free, undefined, null],
  ['at the budget', 1_000, metered, undefined, null],
  ['above it', 1_001, metered, undefined, 'download_budget_spent'],
  ['above it, waived', 1_001, metered, { metered: true }, null],
  ['a waiver is for metered links', 11, { ...free, leftBytes: 10 }, { metered: true }, 'download_budget_spent'],
  ['forbidden', 1, metered, { metered: false }, 'metered_forbidden'],
  ['forbidden elsewhere', 1, free, { metered: false }, null],
  ['nothing is missing', 0, { ...metered, leftBytes: -5 }, { metered: false }, null],
] as const)('%s', (_, bytes, link, terms, code) => {
  expect(refuseByLink(bytes, link, terms)?.code ?? null).toBe(code);
});

test('it says until when', () => {
  expect(refuseByLink(1_001, metered, undefined)).toMatchObject({
    untilMs: Date.UTC(2026, 11, 1),
    message: expect.stringContaining('waits until 2026-12-01 00:00 +00:00'),
  });
});
