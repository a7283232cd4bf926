import type { Defence } from './bite.ts';

/** Defences of what hangs on a device; see defences.ts. */
export const HARDWARE_DEFENCES: readonly Defence[] = [
  {
    name: 'hardware-grants',
    attack: 'hardware-pin',
    replacements: [
      {
        file: 'agent/src/runtimes/wasm/hardware-calls.ts',
        find: 'claim === null || !isGranted(operation, claim)',
        replace: 'claim === null',
      },
    ],
  },
  {
    name: 'hardware-addresses',
    attack: 'hardware-address',
    replacements: [
      {
        file: 'agent/src/runtimes/wasm/hardware-calls.ts',
        find: '?.includes(operation.address) === true',
        replace: ' !== undefined',
      },
    ],
  },
  {
    name: 'hardware-owners',
    attack: 'hardware-taken',
    replacements: [
      {
        file: 'agent/src/hardware/claims.ts',
        find: 'other.app === app ? null : contestedName(grants, other.grants)',
        replace: 'null',
      },
    ],
  },
  {
    name: 'hardware-pacing',
    attack: 'hardware-flood',
    replacements: [
      { file: 'agent/src/runtimes/wasm/pacer.ts', find: 'if (this.#tokens >= 0) return 0;', replace: 'return 0;' },
    ],
  },
];
