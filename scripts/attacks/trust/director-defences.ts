import type { TrustDefence } from './trust-defence.ts';

/** What a desired state must be, and where it meets what the publisher signed. */
const ENVELOPE = 'protocol/src/envelope.ts';
const VERIFY = 'agent/src/trust/verify-desired.ts';
const ACCEPT = 'agent/src/core/acceptance.ts';
const JUDGE = 'agent/src/trust/judge-release.ts';
const DESIRED_TEST = 'agent/src/trust/verify.test.ts';
const JUDGE_TEST = 'agent/src/trust/judge-release.test.ts';

export const DESIRED_DEFENCES: readonly TrustDefence[] = [
  {
    name: 'director-signature',
    test: DESIRED_TEST,
    tampers: ['other keys, other kinds of document, changed bytes'],
    replacements: [
      {
        file: ENVELOPE,
        find: 'known.filter((s) => verify(s.keyid, message, fromBase64(s.sig)))',
        replace: 'known',
      },
    ],
  },
  {
    name: 'director-threshold',
    test: DESIRED_TEST,
    tampers: ['a threshold counts keys, not signatures'],
    replacements: [{ file: ENVELOPE, find: 'if (signedBy.size < threshold)', replace: 'if (signedBy.size < 1)' }],
  },
  {
    name: 'director-key-counted-once',
    test: DESIRED_TEST,
    tampers: ['a threshold counts keys, not signatures'],
    replacements: [
      {
        file: ENVELOPE,
        find: 'fromBase64(s.sig))).map((s) => s.keyid));',
        replace: 'fromBase64(s.sig))).map((s, at) => s.keyid + at));',
      },
    ],
  },
  {
    name: 'kind-of-document',
    test: DESIRED_TEST,
    tampers: ['other keys, other kinds of document, changed bytes'],
    replacements: [{ file: ENVELOPE, find: 'if (sealed.payloadType !== expected)', replace: 'if (false)' }],
  },
  {
    name: 'kind-is-signed',
    test: DESIRED_TEST,
    tampers: ['other keys, other kinds of document, changed bytes'],
    replacements: [
      {
        file: ENVELOPE,
        find: 'const type = encoder.encode(payloadType);',
        replace: "payloadType = ''; const type = encoder.encode(payloadType);",
      },
    ],
  },
  {
    name: 'desired-bytes',
    test: DESIRED_TEST,
    tampers: ['other keys, other kinds of document, changed bytes'],
    replacements: [
      {
        file: VERIFY,
        find: 'if (parsed.data.payload.length > (LIMITS.desiredBytes * 4) / 3 + 4)',
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'desired-for-this-device',
    test: DESIRED_TEST,
    tampers: ['wrong_device for {"device":"pi-2"}'],
    replacements: [{ file: VERIFY, find: ' || state.device !== context.device', replace: '' }],
  },
  {
    name: 'desired-for-this-tenant',
    test: DESIRED_TEST,
    tampers: ['wrong_device for {"tenant":"other"}'],
    replacements: [{ file: VERIFY, find: 'state.tenant !== context.tenant || ', replace: '' }],
  },
  {
    name: 'each-app-once',
    test: DESIRED_TEST,
    tampers: ['aaaa","config":{},"attempt":1},{"app"'],
    replacements: [{ file: VERIFY, find: 'if (apps.size !== state.workloads.length)', replace: 'if (false)' }],
  },
  {
    name: 'generation-goes-up',
    test: DESIRED_TEST,
    tampers: ['generation_lower for {"generation":3}'],
    replacements: [
      {
        file: ACCEPT,
        find: 'if (accepted !== null && next.generation < accepted.generation)',
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'one-state-per-generation',
    test: DESIRED_TEST,
    tampers: ['conflict for {"generation":4}'],
    replacements: [{ file: ACCEPT, find: 'if (next.digest === accepted.digest) return', replace: 'return' }],
  },
  {
    name: 'desired-expires',
    test: DESIRED_TEST,
    tampers: ['expired for {}'],
    replacements: [{ file: ACCEPT, find: 'if (next.expiresAtMs <= nowMs)', replace: 'if (false)' }],
  },
  {
    name: 'director-keys-of-root',
    test: JUDGE_TEST,
    tampers: ['a key that is not there is refused', 'a threshold that one key twice would meet is refused'],
    replacements: [
      {
        file: JUDGE,
        find: 'if (!ring.ok || spki.length !== keyids.length || ring.value.ids.size < threshold)',
        replace: 'if (!ring.ok)',
      },
    ],
  },
];

export const CROSS_CHECK_DEFENCES: readonly TrustDefence[] = [
  {
    name: 'named-by-its-path',
    test: JUDGE_TEST,
    tampers: ['disagree about the digest, the version, the app'],
    replacements: [
      {
        file: JUDGE,
        find: 'if (target.path !== releaseTargetPath(tenant, wanted.app, wanted.version))',
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'named-by-its-role',
    test: JUDGE_TEST,
    tampers: ['a role that is not the one of the app'],
    replacements: [
      { file: JUDGE, find: 'if (target.roles.length !== 2 || target.roles[1] !== role)', replace: 'if (false)' },
    ],
  },
  {
    name: 'digest-of-both-sides',
    test: JUDGE_TEST,
    tampers: ['disagree about the digest, the version, the app'],
    replacements: [{ file: JUDGE, find: 'if (wanted.release !== `', replace: 'if (false && wanted.release !== `' }],
  },
  {
    name: 'summary-of-this-release',
    test: JUDGE_TEST,
    tampers: ['the custom block says another app', 'the custom block says another version'],
    replacements: [
      {
        file: JUDGE,
        find: ' || custom.data.app !== wanted.app || custom.data.version !== wanted.version)',
        replace: ')',
      },
    ],
  },
  {
    name: 'floor',
    test: JUDGE_TEST,
    tampers: ['a counter below the floor'],
    replacements: [{ file: JUDGE, find: 'if (custom.data.releaseCounter < floor.value)', replace: 'if (false)' }],
  },
  {
    name: 'floor-can-be-read',
    test: JUDGE_TEST,
    tampers: ['a floor that cannot be read'],
    replacements: [
      {
        file: JUDGE,
        find: 'if (!floors.success) return refuse(',
        replace: 'if (!floors.success) return succeed(0); if (false) return refuse(',
      },
    ],
  },
  {
    name: 'board',
    test: JUDGE_TEST,
    tampers: ['another class of device'],
    replacements: [
      { file: JUDGE, find: 'if (targets !== undefined && !targets.some(', replace: 'if (false && !targets.some(' },
    ],
  },
  {
    name: 'bytes-of-a-release',
    test: JUDGE_TEST,
    tampers: ['a payload that is larger than any release'],
    replacements: [{ file: JUDGE, find: 'if (target.lengthBytes > LIMITS.releaseBytes)', replace: 'if (false)' }],
  },
  {
    name: 'length-of-the-payload',
    test: JUDGE_TEST,
    tampers: ['the right digest and another length'],
    replacements: [{ file: JUDGE, find: 'if (bytes.length !== target.lengthBytes)', replace: 'if (false)' }],
  },
  {
    name: 'digest-of-the-payload',
    test: JUDGE_TEST,
    tampers: ['other bytes than were signed'],
    replacements: [{ file: JUDGE, find: 'if (digestOf(bytes) !== `', replace: 'if (false && digestOf(bytes) !== `' }],
  },
  {
    name: 'summary-of-the-payload',
    test: JUDGE_TEST,
    tampers: [
      'the payload says other limits',
      'the payload says other capabilities',
      'the payload says other variants',
    ],
    replacements: [
      { file: JUDGE, find: 'if (read.ok && !doesCustomAgree(custom, read.value))', replace: 'if (false)' },
    ],
  },
];
