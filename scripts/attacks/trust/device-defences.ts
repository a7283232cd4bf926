import type { TrustDefence } from './trust-defence.ts';

/** What the device holds against signed documents of itself: its policy, its board, its clock, its disk, the bytes that it fetches. */
const TUF = 'agent/src/trust/tuf';
const POLICY = 'agent/src/core/policy.ts';
const DECISIONS = 'agent/src/core/decisions.test.ts';
const UPDATER = 'agent/test/tuf-updater.test.ts';
const TIME = `${TUF}/trust-time.test.ts`;
const POLICY_TITLE = 'the policy of the device is above what is signed';

export const POLICY_DEFENCES: readonly TrustDefence[] = [
  {
    name: 'policy-memory',
    test: DECISIONS,
    tampers: [POLICY_TITLE],
    replacements: [{ file: POLICY, find: 'if (limits.memoryBytes > policy.memoryBytesMax)', replace: 'if (false)' }],
  },
  {
    name: 'policy-cpu',
    test: DECISIONS,
    tampers: [POLICY_TITLE],
    replacements: [{ file: POLICY, find: 'if (limits.cpuShare > policy.cpuShareMax)', replace: 'if (false)' }],
  },
  {
    name: 'policy-data',
    test: DECISIONS,
    tampers: [POLICY_TITLE],
    replacements: [
      { file: POLICY, find: 'if ((capabilities.dataBytes ?? 0) > policy.dataBytesMax)', replace: 'if (false)' },
    ],
  },
  {
    name: 'policy-http',
    test: DECISIONS,
    tampers: [POLICY_TITLE],
    replacements: [
      { file: POLICY, find: 'if (capabilities.http !== undefined && !policy.allowHttp)', replace: 'if (false)' },
    ],
  },
  {
    name: 'policy-features',
    test: DECISIONS,
    tampers: [POLICY_TITLE],
    replacements: [{ file: POLICY, find: 'if (feature !== undefined)', replace: 'if (false)' }],
  },
  {
    name: 'policy-hardware',
    test: DECISIONS,
    tampers: [POLICY_TITLE],
    replacements: [{ file: POLICY, find: 'if (denied !== undefined)', replace: 'if (false)' }],
  },
  {
    name: 'policy-kinds',
    test: DECISIONS,
    tampers: ['a variant is refused unseen for its kind and its platform'],
    replacements: [{ file: 'agent/src/core/fit.ts', find: 'if (refused !== undefined) return refused;', replace: '' }],
  },
  {
    name: 'architecture',
    test: DECISIONS,
    tampers: ['a variant is refused unseen for its kind and its platform'],
    replacements: [
      { file: 'agent/src/core/fit.ts', find: 'if (variant.platforms === null ||', replace: 'if (true ||' },
    ],
  },
  {
    name: 'board-of-an-agent',
    test: DECISIONS,
    tampers: ['a variant for one class of device is refused by all others'],
    replacements: [
      {
        file: 'agent/src/core/fit.ts',
        find: 'if (variant.target !== undefined && variant.target !== device.target)',
        replace: 'if (false)',
      },
    ],
  },
];

export const PLACE_DEFENCES: readonly TrustDefence[] = [
  {
    name: 'time-never-before-signed',
    test: TIME,
    tampers: ['is never before anything signed'],
    replacements: [{ file: `${TUF}/trust-time.ts`, find: '? Math.max(knownMs, clockMs) :', replace: '? clockMs :' }],
  },
  {
    name: 'time-years-ahead',
    test: TIME,
    tampers: ['does not follow a clock that is years ahead'],
    replacements: [{ file: `${TUF}/trust-time.ts`, find: 'clockMs <= knownMs + CREDIBLE_MS', replace: 'true' }],
  },
  {
    name: 'root-verified-from-disk',
    test: UPDATER,
    tampers: ['root.json has another byte'],
    replacements: [
      { file: `${TUF}/root-chain.ts`, find: 'return signed.ok ? root : signed;', replace: 'return root;' },
    ],
  },
  {
    name: 'snapshot-verified-from-disk',
    test: UPDATER,
    tampers: ['snapshot.json has another byte'],
    replacements: [
      { file: `${TUF}/trusted-set.ts`, find: 'return signed.ok ? file : signed;', replace: 'return file;' },
    ],
  },
  {
    name: 'accepted-is-kept',
    test: UPDATER,
    tampers: ['a refresh that breaks off leaves what runs verifiable, and old offers refused'],
    replacements: [
      {
        file: `${TUF}/updater.ts`,
        find: 'keep(complete ? withoutDropped(next)',
        replace: 'if (complete) keep(complete ? withoutDropped(next)',
      },
    ],
  },
  {
    name: 'payload-bytes-on-the-way',
    test: 'agent/test/tuf-releases.test.ts',
    tampers: ['a payload that was changed on its way, or on the disk'],
    replacements: [
      { file: 'agent/src/trust/tuf-releases.ts', find: 'mostBytes: target.lengthBytes', replace: 'mostBytes: 1e9' },
    ],
  },
  {
    name: 'payload-verified-from-disk',
    test: 'agent/test/tuf-releases.test.ts',
    tampers: ['a payload that was changed on its way, or on the disk'],
    replacements: [
      {
        file: 'agent/src/trust/tuf-releases.ts',
        find: 'return bytes === null ? null : open(bytes, wanted, updater.findOffline(pathOf(wanted)));',
        replace: 'return bytes === null ? null : succeed(JSON.parse(Buffer.from(bytes).toString()));',
      },
    ],
  },
  {
    name: 'blob-digest-as-it-comes',
    test: 'agent/test/download.test.ts',
    tampers: ['that lie cost time and nothing else'],
    replacements: [
      { file: 'agent/src/shell/downloading/wanted.ts', find: 'if (found === digest) return', replace: 'return' },
    ],
  },
  {
    name: 'blob-length-as-it-comes',
    test: 'agent/test/download.test.ts',
    tampers: ['that send more than was signed are cut off'],
    replacements: [
      {
        file: 'agent/src/shell/downloading/fetch-whole.ts',
        find: 'if (file.length + chunk.length > sizeBytes)',
        replace: 'if (false)',
      },
      {
        file: 'agent/src/shell/downloading/fetch-whole.ts',
        find: "if (total !== '*' && Number(total) !== sizeBytes)",
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'blob-verified-from-disk',
    test: 'agent/src/store/store.test.ts',
    tampers: ['a blob is what its digest says, or it is not there'],
    replacements: [
      { file: 'agent/src/store/blob-store.ts', find: 'return hashFile(path) === digest;', replace: 'return true;' },
    ],
  },
  {
    name: 'no-link-for-a-module',
    test: 'agent/test/agent-disk-attacks.test.ts',
    tampers: ['a link in place of a module'],
    replacements: [
      {
        file: 'agent/src/store/blob-store.ts',
        find: '!there?.isFile() || there.size !== sizeBytes',
        replace: '!there',
      },
      {
        file: 'agent/src/runtimes/wasm/module-file.ts',
        find: 'constants.O_RDONLY | constants.O_NOFOLLOW |',
        replace: 'constants.O_RDONLY |',
      },
    ],
  },
  {
    name: 'no-link-for-a-download',
    test: 'agent/test/agent-disk-attacks.test.ts',
    tampers: ['a symbolic link in place of a download', 'a hard link in place of a download'],
    replacements: [
      {
        file: 'agent/src/shell/downloading/partial-file.ts',
        find: 'if (there?.isFile() && there.nlink === 1) return openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);',
        replace: 'if (there) return openSync(path, constants.O_RDWR);',
      },
    ],
  },
];
