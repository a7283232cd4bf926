import type { TrustDefence } from './trust-defence.ts';

/** Who signed metadata, how new it is, and whether its files belong together: TUF 1.0 §5.3 to 5.6. */
const TUF = 'agent/src/trust/tuf';
const FORM = `${TUF}/form-tampers.test.ts`;
const STALE = `${TUF}/stale-tampers.test.ts`;
const ROOT = `${TUF}/root-tampers.test.ts`;

export const SIGNATURE_DEFENCES: readonly TrustDefence[] = [
  {
    name: 'signature-holds',
    test: FORM,
    tampers: ['a changed timestamp'],
    replacements: [
      { file: `${TUF}/signatures.ts`, find: 'material !== null && holds(key, file))', replace: 'material !== null)' },
    ],
  },
  {
    name: 'signature-by-the-role',
    test: FORM,
    tampers: ['a snapshot signed with the key of the timestamp', 'a role signed by the publisher of another app'],
    replacements: [
      { file: `${TUF}/signatures.ts`, find: 'keyIds: found.keyIDs,', replace: 'keyIds: Object.keys(source.keys),' },
    ],
  },
  {
    name: 'signature-threshold',
    test: ROOT,
    tampers: ['one of the old keys, below the threshold', 'one of the new keys, below the threshold'],
    replacements: [
      { file: `${TUF}/signatures.ts`, find: 'signed.size >= signers.threshold', replace: 'signed.size >= 1' },
    ],
  },
  {
    name: 'key-counted-once',
    test: FORM,
    tampers: ['a threshold met by one key under two ids'],
    replacements: [{ file: `${TUF}/signatures.ts`, find: 'signed.add(material);', replace: 'signed.add(id);' }],
  },
  {
    name: 'key-of-its-own-name',
    test: FORM,
    tampers: ['a key id that every object has'],
    replacements: [
      {
        file: `${TUF}/signatures.ts`,
        find: 'const key = Object.hasOwn(signers.keys, id) ? signers.keys[id] : undefined;\n    const material = key === undefined ? null : materialOf(key);\n    if',
        replace:
          'const key = signers.keys[id];\n    const material = key === undefined ? null : materialOf(key);\n    if',
      },
    ],
  },
  {
    name: 'root-by-those-before',
    test: ROOT,
    tampers: ['signed by the new keys only', 'one of the old keys, below the threshold'],
    replacements: [
      {
        file: `${TUF}/root-chain.ts`,
        find: "[signersOf(trusted.signed, 'root'), signersOf(root.value.signed, 'root')]",
        replace: "[signersOf(root.value.signed, 'root')]",
      },
    ],
  },
  {
    name: 'root-by-itself',
    test: ROOT,
    tampers: ['signed by the old keys only', 'one of the new keys, below the threshold'],
    replacements: [
      {
        file: `${TUF}/root-chain.ts`,
        find: "[signersOf(trusted.signed, 'root'), signersOf(root.value.signed, 'root')]",
        replace: "[signersOf(trusted.signed, 'root')]",
      },
    ],
  },
  {
    name: 'root-one-by-one',
    test: ROOT,
    tampers: ['a version left out'],
    replacements: [
      { file: `${TUF}/root-chain.ts`, find: 'if (version === expected)', replace: 'if (version >= expected)' },
    ],
  },
  {
    name: 'roots-at-once',
    test: ROOT,
    tampers: ['257 at once'],
    replacements: [
      { file: `${TUF}/root-chain.ts`, find: 'steps < TUF_BOUNDS.rootsPerRefresh', replace: 'steps < 1_000' },
    ],
  },
  {
    name: 'only-lost-keys-forget',
    test: ROOT,
    tampers: ['a key that is added takes nothing away'],
    replacements: [
      {
        file: `${TUF}/refresh.ts`,
        find: 'const isRecovery = hasRotatedOnlineKeys(from.root, chain.root);',
        replace: 'const isRecovery = chain.root !== from.root;',
      },
    ],
  },
];

export const VERSION_DEFENCES: readonly TrustDefence[] = [
  {
    name: 'root-goes-forward',
    test: STALE,
    tampers: ['an older root under the next number', 'the root changed at its version'],
    replacements: [
      { file: `${TUF}/root-chain.ts`, find: 'if (version === expected)', replace: 'if (version <= expected)' },
    ],
  },
  {
    name: 'timestamp-goes-forward',
    test: STALE,
    tampers: ['an older timestamp'],
    replacements: [{ file: `${TUF}/timestamp.ts`, find: 'if (file.version < current.version)', replace: 'if (false)' }],
  },
  {
    name: 'snapshot-goes-forward',
    test: STALE,
    tampers: ['a timestamp that names an older snapshot of the same files'],
    replacements: [
      { file: `${TUF}/timestamp.ts`, find: 'if (offered < known)', replace: 'if (false)' },
      { file: `${TUF}/snapshot.ts`, find: 'if (file.version < current.version)', replace: 'if (false)' },
    ],
  },
  {
    name: 'roles-go-forward',
    test: STALE,
    tampers: ['a snapshot that names older targets', 'a snapshot that names an older delegated role'],
    replacements: [{ file: `${TUF}/snapshot.ts`, find: 'if (offered.version < known.version)', replace: 'if (false)' }],
  },
  {
    name: 'snapshot-drops-nothing',
    test: STALE,
    tampers: ['a snapshot that has dropped a role', 'a snapshot that has dropped the role of another app'],
    replacements: [
      {
        file: `${TUF}/snapshot.ts`,
        find: 'if (offered === undefined) return refuse(',
        replace: 'if (offered === undefined) continue; if (false) return refuse(',
      },
    ],
  },
  {
    name: 'one-snapshot-per-version',
    test: STALE,
    tampers: ['the snapshot changed at its version'],
    replacements: [{ file: `${TUF}/snapshot.ts`, find: 'if (!same.ok) return same;', replace: '' }],
  },
  {
    name: 'one-role-per-version',
    test: STALE,
    tampers: ['targets changed at their version', 'a delegated role changed at its version'],
    replacements: [
      {
        file: `${TUF}/targets.ts`,
        find: 'if (stored !== undefined && isOtherOfSameVersion(',
        replace: 'if (false && isOtherOfSameVersion(',
      },
    ],
  },
  {
    name: 'root-expires',
    test: STALE,
    tampers: ['root has expired'],
    replacements: [{ file: `${TUF}/refresh.ts`, find: 'if (!rootFresh.ok) return end(rootFresh);', replace: '' }],
  },
  {
    name: 'timestamp-expires',
    test: STALE,
    tampers: ['timestamp has expired'],
    replacements: [
      { file: `${TUF}/timestamp.ts`, find: 'return fresh.ok ? chosen : fresh;', replace: 'return chosen;' },
    ],
  },
  {
    name: 'snapshot-expires',
    test: STALE,
    tampers: ['EXPIRED snapshot has expired'],
    replacements: [{ file: `${TUF}/snapshot.ts`, find: 'return fresh.ok ? read : fresh;', replace: 'return read;' }],
  },
  {
    name: 'stored-snapshot-expires',
    test: STALE,
    tampers: ['a snapshot that lies there has expired'],
    replacements: [
      {
        file: `${TUF}/snapshot.ts`,
        find: 'return fresh.ok ? succeed(trusted.snapshot) : fresh;',
        replace: 'return succeed(trusted.snapshot);',
      },
    ],
  },
  {
    name: 'targets-expire',
    test: STALE,
    tampers: ['EXPIRED targets has expired', 'pub.acme.thermostat has expired'],
    replacements: [
      { file: `${TUF}/targets.ts`, find: 'return fresh?.ok === false ? fresh : read;', replace: 'return read;' },
    ],
  },
];

export const MIX_DEFENCES: readonly TrustDefence[] = [
  {
    name: 'snapshot-by-digest',
    test: STALE,
    tampers: ['another snapshot of the version that the timestamp names'],
    replacements: [
      {
        file: `${TUF}/snapshot.ts`,
        find: 'if (!named.ok) return named;',
        replace: '',
      },
    ],
  },
  {
    name: 'snapshot-by-version',
    test: STALE,
    tampers: ['yesterday’s snapshot, where the timestamp gives no digest'],
    replacements: [{ file: `${TUF}/snapshot.ts`, find: 'if (file.version !== meta.version)', replace: 'if (false)' }],
  },
  {
    name: 'role-by-digest',
    test: STALE,
    tampers: ['another delegated role of the version that the snapshot names'],
    replacements: [{ file: `${TUF}/targets.ts`, find: 'if (!named.ok) return named;', replace: '' }],
  },
  {
    name: 'role-by-version',
    test: STALE,
    tampers: ['yesterday’s targets, where the snapshot gives no digest'],
    replacements: [
      { file: `${TUF}/targets.ts`, find: 'if (read.value.version !== meta.version)', replace: 'if (false)' },
    ],
  },
  {
    name: 'length-of-metadata',
    test: STALE,
    tampers: ['metadata of another length, where no digest is given'],
    replacements: [
      {
        file: `${TUF}/file-hashes.ts`,
        find: 'if (expected.length !== undefined && expected.length !== bytes.length)',
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'digest-of-metadata',
    test: STALE,
    tampers: ['another snapshot of the version that the timestamp names', 'another delegated role of the version'],
    replacements: [
      {
        file: `${TUF}/file-hashes.ts`,
        find: "if (createHash(name).update(bytes).digest('hex') !== digest)",
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'digest-that-can-be-checked',
    test: STALE,
    tampers: ['a digest that nobody can check'],
    replacements: [
      {
        file: `${TUF}/file-hashes.ts`,
        find: 'if (!KNOWN.includes(name)) return',
        replace: 'if (!KNOWN.includes(name)) continue; if (false) return',
      },
    ],
  },
];
