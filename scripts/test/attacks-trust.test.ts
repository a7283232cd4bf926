import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { applyTo } from '../attacks/altered-copy.ts';
import { biteTrust } from '../attacks/trust/bite-trust.ts';
import type { TrustDefence } from '../attacks/trust/trust-defence.ts';
import { TRUST_DEFENCES } from '../attacks/trust/trust-defences.ts';
import { ROOT } from '../fleet/paths.ts';

/** A few of the defences of trust; `npm run attacks -- --trust` takes out all of them. */
const FEW = [
  'key-counted-once',
  'snapshot-drops-nothing',
  'path-of-the-delegation',
  'generation-goes-up',
  'digest-of-both-sides',
];

/** Takes nothing out that any tamper would need. */
const HARMLESS: TrustDefence = {
  name: 'harmless',
  test: 'agent/src/trust/verify.test.ts',
  tampers: ['generation_lower for {"generation":3}'],
  replacements: [
    { file: 'agent/src/core/acceptance.ts', find: 'was accepted with other content', replace: 'is another one' },
  ],
};

it('tampers get through once their defence is taken out of a copy, and only then', { timeout: 300_000 }, async () => {
  const few = TRUST_DEFENCES.filter(({ name }) => FEW.includes(name));
  const bitten = await biteTrust([...few, HARMLESS]);
  const survived = bitten.filter((one) => one.survived !== null).map(({ defence }) => defence.name);
  expect([few.length, survived]).toEqual([FEW.length, ['harmless']]);
});

it('every defence has a name of its own, and code that is there once', () => {
  expect(new Set(TRUST_DEFENCES.map(({ name }) => name)).size).toBe(TRUST_DEFENCES.length);
  for (const { name, replacements } of TRUST_DEFENCES)
    for (const replacement of replacements) {
      const source = readFileSync(resolve(ROOT, replacement.file), 'utf8');
      expect(() => applyTo(source, replacement), `${name}: ${replacement.find}`).not.toThrow();
    }
});

it('every defence is on the page about attacks', () => {
  const page = readFileSync(resolve(ROOT, 'docs/specs/attacks.md'), 'utf8');
  expect(TRUST_DEFENCES.filter(({ name }) => !page.includes(`\`${name}\``)).map(({ name }) => name)).toEqual([]);
});
