import type { TrustDefence } from './trust-defence.ts';

/** Bytes from a stranger: one reading, and bounds of everything. */
const TUF = 'agent/src/trust/tuf';
const FORM = `${TUF}/form-tampers.test.ts`;
const JSON_TEST = `${TUF}/strict-json.test.ts`;
const FETCH = 'agent/test/tuf-fetch.test.ts';

export const FORM_DEFENCES: readonly TrustDefence[] = [
  {
    name: 'each-key-once',
    test: FORM,
    tampers: ['a key of JSON twice'],
    replacements: [{ file: `${TUF}/strict-json.ts`, find: 'if (Object.hasOwn(object, key))', replace: 'if (false)' }],
  },
  {
    name: 'no-proto',
    test: FORM,
    tampers: ['__proto__'],
    replacements: [{ file: `${TUF}/strict-json.ts`, find: "if (key === '__proto__')", replace: 'if (false)' }],
  },
  {
    name: 'nesting-bounded',
    test: JSON_TEST,
    tampers: ['nested one level too deep'],
    replacements: [{ file: `${TUF}/strict-json.ts`, find: 'if (depth > TUF_BOUNDS.depth)', replace: 'if (false)' }],
  },
  {
    name: 'integers-only',
    test: JSON_TEST,
    tampers: ['minus zero', 'a number that a double cannot hold', 'a number far away'],
    replacements: [
      {
        file: `${TUF}/strict-json.ts`,
        find: "text === '' || text === '-0' || !Number.isSafeInteger(value) ||",
        replace: "text === '' ||",
      },
    ],
  },
  {
    name: 'well-formed-text',
    test: JSON_TEST,
    tampers: ['half a surrogate pair'],
    replacements: [{ file: `${TUF}/strict-json.ts`, find: 'if (!value.isWellFormed())', replace: 'if (false)' }],
  },
  {
    name: 'utf-8-only',
    test: JSON_TEST,
    tampers: ['bytes that are no UTF-8'],
    replacements: [{ file: `${TUF}/strict-json.ts`, find: '{ fatal: true, ignoreBOM', replace: '{ ignoreBOM' }],
  },
  {
    name: 'expiry-is-a-time',
    test: FORM,
    tampers: ['an expiry that is no time'],
    replacements: [{ file: `${TUF}/metadata.ts`, find: 'EXPIRES.test(signed.expires)', replace: 'true' }],
  },
  {
    name: 'the-model-is-the-document',
    test: FORM,
    tampers: ['a member that nobody signed, where readers look past it'],
    replacements: [
      {
        file: `${TUF}/metadata.ts`,
        find: 'if (canonicalJson(document.signed.toJSON()) !== content)',
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'signatures-per-file',
    test: FORM,
    tampers: ['more signatures than anybody needs'],
    replacements: [
      {
        file: `${TUF}/metadata.ts`,
        find: 'Array.isArray(data.signatures) && data.signatures.length > TUF_BOUNDS.signaturesPerFile',
        replace: 'false',
      },
    ],
  },
  {
    name: 'keys-per-role',
    test: FORM,
    tampers: ['more keys than a role may have'],
    replacements: [
      { file: `${TUF}/delegations.ts`, find: 'role.keyIDs.length > TUF_BOUNDS.keysPerRole', replace: 'false' },
    ],
  },
  {
    name: 'role-names-are-files',
    test: FORM,
    tampers: ['a delegated role whose name no disk takes'],
    replacements: [
      { file: `${TUF}/delegations.ts`, find: "role.name === '' || !isFileName(role.name)", replace: 'false' },
    ],
  },
  {
    name: 'bytes-by-role',
    test: FORM,
    tampers: ['an endless timestamp', 'an endless root'],
    replacements: [
      { file: `${TUF}/metadata.ts`, find: 'if (bytes.length > mostBytes)', replace: 'if (false)' },
      { file: `${TUF}/refresh.ts`, find: 'mostBytes: TUF_BOUNDS.timestampBytes', replace: 'mostBytes: 1e9' },
      { file: `${TUF}/root-chain.ts`, find: 'mostBytes: TUF_BOUNDS.rootBytes', replace: 'mostBytes: 1e9' },
    ],
  },
];

export const NETWORK_DEFENCES: readonly TrustDefence[] = [
  {
    name: 'bytes-on-the-way',
    test: FETCH,
    tampers: ['as it is, up to the byte', 'an endless body is cut off'],
    replacements: [
      {
        file: `${TUF}/fetch-file.ts`,
        find: 'pace.receivedBytes + chunk.length > mostBytes',
        replace: 'pace.receivedBytes + chunk.length > mostBytes + 60_000_000',
      },
    ],
  },
  {
    name: 'rate-on-the-way',
    boundsTime: true,
    test: FETCH,
    tampers: ['a trickling body is given up', 'a server that never answers is given up'],
    replacements: [
      { file: `${TUF}/fetch-file.ts`, find: 'return elapsedMs > bounds.graceMs &&', replace: 'return false &&' },
    ],
  },
  {
    name: 'time-on-the-way',
    boundsTime: true,
    test: FETCH,
    tampers: ['a slow body that is just quick enough'],
    replacements: [{ file: `${TUF}/fetch-file.ts`, find: 'if (elapsedMs > bounds.totalMs) return true;', replace: '' }],
  },
  {
    name: 'redirects-within',
    test: FETCH,
    tampers: ['a redirect to another origin is not followed'],
    replacements: [
      { file: `${TUF}/fetch-file.ts`, find: 'if (next?.origin !== home.origin)', replace: 'if (next === null)' },
    ],
  },
  {
    name: 'redirects-counted',
    test: FETCH,
    tampers: ['redirects without end are given up'],
    replacements: [
      {
        file: `${TUF}/fetch-file.ts`,
        find: 'followed >= bounds.redirects',
        replace: 'followed >= bounds.redirects + 20',
      },
    ],
  },
  {
    name: 'nothing-compressed',
    test: FETCH,
    tampers: ['compressed bytes are not unpacked'],
    replacements: [
      {
        file: `${TUF}/fetch-file.ts`,
        find: "if (encoding !== null && encoding !== 'identity')",
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'range-as-asked',
    test: FETCH,
    tampers: ['another range than was asked for is not put together'],
    replacements: [
      {
        file: `${TUF}/fetch-file.ts`,
        find: "return Number(range?.[1]) === haveBytes ? 'read' : 'restart';",
        replace: "return range === undefined ? 'restart' : 'read';",
      },
    ],
  },
];
