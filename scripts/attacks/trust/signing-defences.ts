import type { TrustDefence } from './trust-defence.ts';

/** What a machine with keys holds against a control plane that would have its own documents signed. */
const TRUST = 'control-plane/cli/src/trust';
const SERVED = `${TRUST}/verify-served.ts`;
const SERVED_TEST = `${TRUST}/verify-served.test.ts`;
const SIGNERS = 'protocol/src/trust/signers.ts';
const NUMBER = 'control-plane/cli/src/publishing/release-number.ts';
const NUMBER_TEST = 'control-plane/cli/src/publishing/release-number.test.ts';
const KNOWN = `${TRUST}/known-app.ts`;
const KNOWN_TEST = `${TRUST}/known-app.test.ts`;

export const SIGNING_DEFENCES: readonly TrustDefence[] = [
  {
    name: 'shown-by-enough',
    test: SERVED_TEST,
    tampers: ['the next by too few'],
    replacements: [{ file: SIGNERS, find: '.length >= signers.threshold', replace: '.length >= 1' }],
  },
  {
    name: 'shown-key-counted-once',
    test: SERVED_TEST,
    tampers: ['the next that one has signed twice'],
    replacements: [
      { file: SIGNERS, find: '!seen.has(material) && ', replace: '' },
      { file: SIGNERS, find: 'seen.set(material, keyid)', replace: 'seen.set(String(seen.size), keyid)' },
    ],
  },
  {
    name: 'shown-root-by-those-before',
    test: SERVED_TEST,
    tampers: ['the next by a stranger', 'a whole chain by a stranger'],
    replacements: [
      { file: SERVED, find: "hasThreshold(root, rootSigners(before, 'root'), verifyRaw) &&\n", replace: '' },
    ],
  },
  {
    name: 'shown-root-by-itself',
    test: SERVED_TEST,
    tampers: ['the next by those before alone'],
    replacements: [{ file: SERVED, find: 'verifyRaw) &&\n    isSignedByItself(root)', replace: 'verifyRaw)' }],
  },
  {
    name: 'shown-root-one-by-one',
    test: SERVED_TEST,
    tampers: ['one that is missing on the way'],
    replacements: [
      { file: SERVED, find: 'if (!root) return refuse(', replace: 'if (!root) continue; if (false) return refuse(' },
      { file: SERVED, find: 'root.signed.version === before.signed.version + 1 &&', replace: '' },
    ],
  },
  {
    name: 'shown-root-not-older',
    test: SERVED_TEST,
    tampers: ['an older one: rollback_attack'],
    replacements: [{ file: SERVED, find: 'if (version < from.signed.version)', replace: 'if (false)' }],
  },
  {
    name: 'shown-root-one-per-version',
    test: SERVED_TEST,
    tampers: ['a root of another at the same version', 'another by the same owners'],
    replacements: [{ file: SERVED, find: 'if (isSame(from, served)) return', replace: 'return' }],
  },
  {
    name: 'shown-targets-signed',
    test: SERVED_TEST,
    tampers: ['is signed by who may, or is not made on'],
    replacements: [
      {
        file: SERVED,
        find: "if (hasThreshold(targets, rootSigners(root, 'targets'), verifyRaw))",
        replace: 'if (true)',
      },
    ],
  },
  {
    name: 'shown-role-signed',
    test: SERVED_TEST,
    tampers: ['is signed by who may, or is not made on'],
    replacements: [
      { file: SERVED, find: 'return hasThreshold(document, signers, verifyRaw) ?', replace: 'return true ?' },
    ],
  },
  {
    name: 'shown-nothing-older',
    test: SERVED_TEST,
    tampers: ['is not older than what was sent from here'],
    replacements: [{ file: SERVED, find: 'if (isRestored || version >= last)', replace: 'if (true)' }],
  },
  {
    name: 'number-goes-up',
    test: NUMBER_TEST,
    tampers: ['number 7, with {}: rollback_attack', 'number 1, with {}: rollback_attack'],
    replacements: [{ file: NUMBER, find: 'if (number <= seen && !isRestored)', replace: 'if (false)' }],
  },
  {
    name: 'number-not-far-above',
    test: NUMBER_TEST,
    tampers: ['number 108, with {}: version_not_higher'],
    replacements: [
      { file: NUMBER, find: 'if (number > seen + NUMBER_JUMP_MAX && !acceptsJump)', replace: 'if (false)' },
    ],
  },
  {
    name: 'one-release-per-name',
    test: KNOWN_TEST,
    tampers: ['lets no other bytes come under the name of a release'],
    replacements: [{ file: KNOWN, find: 'if (before === null || before === digest)', replace: 'if (true)' }],
  },
  {
    name: 'what-was-taken-out-is-known',
    test: KNOWN_TEST,
    tampers: ['is what verified roles have named, also after it was taken out'],
    replacements: [{ file: KNOWN, find: '...Object.entries(releases), ', replace: '' }],
  },
];
