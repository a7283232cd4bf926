import type { TrustDefence } from './trust-defence.ts';

/** Who may name what: TUF 1.0 §5.6.7, and where this device is stricter. */
const TUF = 'agent/src/trust/tuf';
const DELEGATIONS = `${TUF}/delegation-tampers.test.ts`;

export const DELEGATION_DEFENCES: readonly TrustDefence[] = [
  {
    name: 'path-of-the-delegation',
    test: DELEGATIONS,
    tampers: ['a role names a target outside of its paths', 'a role hands on more than it has'],
    replacements: [{ file: `${TUF}/delegations.ts`, find: '.filter((role) => covers(role, path))', replace: '' }],
  },
  {
    name: 'star-within-a-segment',
    test: `${TUF}/path-pattern.test.ts`,
    tampers: ['acme/thermostat/* does not cover acme/thermostat/deep/1.json', '* does not cover a/b'],
    replacements: [{ file: `${TUF}/path-pattern.ts`, find: 'patterns.length === segments.length && ', replace: '' }],
  },
  {
    name: 'terminating-here',
    test: DELEGATIONS,
    tampers: ['behind a terminating delegation nobody else is asked'],
    replacements: [{ file: `${TUF}/search.ts`, find: 'last < 0 ? all : all.slice(0, last + 1)', replace: 'all' }],
  },
  {
    name: 'terminating-above',
    test: DELEGATIONS,
    tampers: ['a terminating delegation further down ends what waits above too'],
    replacements: [{ file: `${TUF}/search.ts`, find: 'if (next.isTerminating) toVisit.length = 0;', replace: '' }],
  },
  {
    name: 'one-way-to-a-role',
    test: DELEGATIONS,
    tampers: ['two ways to one role are refused', 'a way back is refused'],
    replacements: [
      {
        file: `${TUF}/search.ts`,
        find: 'if (!refusal.ok) return { trusted, found: refusal };',
        replace: 'if (!refusal.ok) continue;',
      },
    ],
  },
  {
    name: 'roles-per-search',
    test: DELEGATIONS,
    tampers: ['33 roles one below the other are too many'],
    replacements: [{ file: `${TUF}/search.ts`, find: 'visited.size > TUF_BOUNDS.rolesPerSearch', replace: 'false' }],
  },
  {
    name: 'keys-of-each-delegator',
    test: DELEGATIONS,
    tampers: [
      'a role of one name under two delegators answers to the keys of the one that is asked',
      'a publisher whose key was replaced is believed with the new key only',
    ],
    replacements: [
      {
        file: `${TUF}/targets.ts`,
        find: 'stored === undefined ? null : acceptTargets(stored, meta, hop, nowMs);',
        replace: 'stored === undefined || versionRead(stored) !== meta.version ? null : readTargets(stored);',
      },
    ],
  },
  {
    name: 'listed-by-the-snapshot',
    test: DELEGATIONS,
    tampers: ['a role that the snapshot does not list is not even fetched'],
    replacements: [
      {
        file: `${TUF}/targets.ts`,
        find: '.json`] : undefined;',
        replace: '.json`] : { version: 1 };',
      },
    ],
  },
  {
    name: 'path-stays-below',
    test: DELEGATIONS,
    tampers: ['"../x" is not looked for', '"a\\\\x" is not looked for', '"%2e%2e/x" is not looked for'],
    replacements: [{ file: `${TUF}/target-path.ts`, find: 'return isPlain', replace: 'return true' }],
  },
  {
    name: 'no-hash-bins',
    test: DELEGATIONS,
    tampers: ['one name twice, a top-level name, and hash bins'],
    replacements: [
      { file: `${TUF}/delegations.ts`, find: 'if (delegations.succinctRoles !== undefined)', replace: 'if (false)' },
    ],
  },
];
