import type { Defence } from './bite.ts';
import { COMPONENT_DEFENCES } from './component-defences.ts';
import { HARDWARE_DEFENCES } from './hardware-defences.ts';
import { LIMIT_DEFENCES } from './limit-defences.ts';
import { RUNNER_DEFENCES } from './runner-defences.ts';

/**
 * Defences, each with the attack that it keeps out and the change that removes it. One that stands in several layers is removed
 * from all of them. The changes are JavaScript that Node runs after stripping types, so they need not type-check.
 */
export const DEFENCES: readonly Defence[] = [
  {
    name: 'links-one-name-at-a-time',
    attack: 'symlink-then-open',
    replacements: [
      {
        file: 'agent/src/runner/wasi/path-walk.ts',
        find: 'const target = readLink(stack, segment);',
        replace: 'const target = null;',
      },
      {
        file: 'agent/src/runner/wasi/path-walk.ts',
        find: 'O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW',
        replace: 'O_PATH | constants.O_DIRECTORY',
      },
    ],
  },
  {
    name: 'no-follow',
    attack: 'rename-race',
    replacements: [
      {
        file: 'agent/src/runner/wasi/path-walk.ts',
        find: 'O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW',
        replace: 'O_PATH | constants.O_DIRECTORY',
      },
    ],
  },
  {
    name: 'parents-counted',
    attack: 'climb-every-path-call',
    replacements: [
      {
        file: 'agent/src/runner/wasi/path-walk.ts',
        find: '      if (stack.length === 1) throw new WasiError(ERRNO.perm);\n      closeSync(stack.pop() as number);\n',
        replace: "      stack.push(openSync(place(stack, '..', true).path + '/.', O_PATH | constants.O_DIRECTORY));\n",
      },
      {
        file: 'agent/src/runtimes/wasm/runner-command.ts',
        find: "'--permission',",
        replace: "'--permission', '--allow-fs-read=*', '--allow-fs-write=*', '--allow-child-process',",
      },
    ],
  },
  {
    name: 'own-descriptors',
    attack: 'guess-descriptors',
    replacements: [
      {
        file: 'agent/src/runner/wasi/descriptors.ts',
        find: '    if (found === undefined) throw new WasiError(ERRNO.badf);\n    return found;\n  }\n\n  /** A descriptor that allows',
        replace:
          "    if (found === undefined) return { kind: 'stream', hostFd: fd & 1023, rightsBase: ~0n, rightsInheriting: ~0n, flags: 0 } as never;\n    return found;\n  }\n\n  /** A descriptor that allows",
      },
    ],
  },
  {
    name: 'memory-clamp',
    attack: 'memory-bomb',
    replacements: [
      {
        file: 'protocol/src/admission/clamp-memories.ts',
        find: 'Math.min(memory.max ?? maxPages, memory.min + share)',
        replace: 'memory.max ?? 65_536',
      },
      {
        file: 'agent/src/runtimes/wasm/runner-command.ts',
        find: 'Math.max(MODULE_PAGES_MIN, Math.ceil(moduleBytes / PAGE_BYTES))',
        replace: '65_536',
      },
    ],
  },
  {
    name: 'size-bounds',
    attack: 'compile-big-function',
    replacements: [
      {
        file: 'protocol/src/admission/bounds.ts',
        find: 'functionBodyBytes: 2 * 1024 * 1024',
        replace: 'functionBodyBytes: 32 * 1024 * 1024',
      },
    ],
  },
  {
    name: 'imports-allow-list',
    attack: 'import-prototype',
    replacements: [
      {
        file: 'protocol/src/admission/imports.ts',
        find: 'if (ASSEMBLYSCRIPT_IMPORTS.has(name)) return undefined;',
        replace: 'return undefined;',
      },
      {
        file: 'agent/src/runner/import-object.ts',
        find: 'offered.get(module)?.get(name)',
        replace: '(offered.get(module)?.get(name) ?? ({} as any)[name])',
      },
    ],
  },
  {
    name: 'grants-of-imports',
    attack: 'import-without-grant',
    replacements: [
      {
        file: 'protocol/src/admission/imports.ts',
        find: 'if (grant === null || hasGrant(granted, grant)) return undefined;',
        replace: 'return undefined;',
      },
    ],
  },
  {
    name: 'wall-clock',
    attack: 'loop-in-call',
    replacements: [
      {
        file: 'agent/src/runtimes/wasm/watchdog.ts',
        find: 'this.#timer = setTimeout(() => this.#expired(performance.now() - beganMs), this.#wallMs);',
        replace: '',
      },
    ],
  },
  {
    name: 'disk-quota',
    attack: 'disk-quota',
    replacements: [
      {
        file: 'agent/src/runner/wasi/quota.ts',
        find: 'if (this.#quotaBytes === null || bytes <= 0) return;',
        replace: 'return;',
      },
    ],
  },
  {
    name: 'unlinked-files-counted',
    attack: 'disk-unlinked',
    replacements: [
      {
        file: 'agent/src/runner/wasi/quota.ts',
        find: 'usedBelow(this.#root) + this.#unlinkedBytes()',
        replace: 'usedBelow(this.#root)',
      },
    ],
  },
  {
    name: 'names-cost',
    attack: 'file-count',
    replacements: [
      { file: 'agent/src/runner/wasi/quota.ts', find: 'const ENTRY_BYTES = 512;', replace: 'const ENTRY_BYTES = 0;' },
    ],
  },
  {
    name: 'store-bound',
    attack: 'kv-flood',
    replacements: [
      {
        file: 'agent/src/store/guest-kv.ts',
        find: '> LIMITS.kvTotalBytes) return false;',
        replace: '> LIMITS.kvTotalBytes) void 0;',
      },
    ],
  },
  {
    name: 'store-by-app',
    attack: 'keys-of-others',
    replacements: [
      {
        file: 'agent/src/store/guest-kv.ts',
        find: 'SELECT value FROM kv WHERE app = ? AND key = ?',
        replace: 'SELECT value FROM kv WHERE (app = ? OR 1) AND key = ?',
      },
    ],
  },
  {
    name: 'pacing',
    attack: 'publish-flood',
    replacements: [
      { file: 'agent/src/triggers/limits.ts', find: 'busBurst: 200,', replace: 'busBurst: 1_000_000,' },
      {
        file: 'agent/src/runtimes/wasm/pacer.ts',
        find: 'if (this.#tokens >= 0) return 0;',
        replace: 'return 0;',
      },
    ],
  },
  {
    name: 'topic-grants',
    attack: 'topic-outside-grant',
    replacements: [
      {
        file: 'agent/src/runtimes/wasm/host-calls.ts',
        find: 'if (!mayPublish(capabilities, operation.topic)) return { status: STATUS.denied };',
        replace: '',
      },
    ],
  },
  {
    name: 'redirects-checked',
    attack: 'redirect-out',
    replacements: [
      {
        file: 'agent/src/runtimes/wasm/http-fetch.ts',
        find: 'const grant = findHttpGrant(capabilities, url);',
        replace: 'const grant = redirects > 0 ? url : findHttpGrant(capabilities, url);',
      },
    ],
  },
  {
    name: 'addresses-checked',
    attack: 'name-of-own-address',
    replacements: [
      { file: 'agent/src/runtimes/wasm/http-fetch.ts', find: '!isPublicAddress(entry.address)', replace: 'false' },
    ],
  },
  {
    name: 'check-is-use',
    attack: 'dns-rebinding',
    replacements: [
      {
        file: 'agent/src/runtimes/wasm/http-fetch.ts',
        find: '    if (options.all === true) return callback(null, addresses);\n    callback(null, first.address, first.family);\n',
        replace:
          '    lookup(hostname, { ...options, all: true }, (_error, used) => options.all === true ? callback(null, used) : callback(null, used[0].address, used[0].family));\n',
      },
    ],
  },
  {
    name: 'own-health-first',
    attack: 'health-hijack',
    replacements: [
      {
        file: 'agent/src/triggers/http-server.ts',
        find: "if (pathname === '/healthz') return health(method);",
        replace: '',
      },
    ],
  },
  {
    name: 'digest-at-start',
    attack: 'module-swapped',
    replacements: [
      {
        file: 'agent/src/shell/download.ts',
        find: 'if (blobs.verify(digest, sizeBytes)) return null;',
        replace: 'if (blobs.has(digest)) return null;',
      },
      {
        file: 'agent/src/runtimes/wasm/module-file.ts',
        find: 'if (digest !== null && found !== digest)',
        replace: "if (digest === 'never')",
      },
    ],
  },
  ...COMPONENT_DEFENCES,
  ...HARDWARE_DEFENCES,
  ...RUNNER_DEFENCES,
  ...LIMIT_DEFENCES,
];
