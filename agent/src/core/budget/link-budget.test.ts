import { expect, test } from 'vitest';
import { type DeltaKnowledge, type LinkFacts, leastBytes, refuseByLink } from './link-budget.ts';

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

test.each<[string, number, DeltaKnowledge, number]>([
  ['without a delta the blob', 1_000, 'none', 1_000],
  ['a delta that is smaller', 1_000, 20, 20],
  ['the rest of the blob where that is less', 10, 20, 10],
  ['a delta of unknown size: the asking', 1_000, 'unknown', 1],
  ['nothing is missing', 0, 20, 0],
  ['more is there than needed', -5, 'unknown', 0],
])('a download costs at least: %s', (_, missingBytes, delta, expected) => {
  expect(leastBytes(missingBytes, delta)).toBe(expected);
});
