import type { Defence } from './bite.ts';

/** Defences against a runner that its guest has taken over; see defences.ts. */
export const RUNNER_DEFENCES: readonly Defence[] = [
  {
    name: 'grants-in-agent',
    attack: 'hostile-ungranted',
    replacements: [
      {
        file: 'agent/src/runtimes/wasm/host-calls.ts',
        find: "    case 'kv_set':\n      if (capabilities.kv !== true) return { status: STATUS.denied };",
        replace: "    case 'kv_set':",
      },
    ],
  },
  {
    name: 'permission-model',
    attack: 'hostile-theft',
    replacements: [
      {
        file: 'agent/src/runtimes/wasm/runner-command.ts',
        find: "'--permission',",
        replace: "'--permission', '--allow-fs-read=*', '--allow-fs-write=*', '--allow-child-process',",
      },
    ],
  },
  {
    name: 'one-call-at-a-time',
    attack: 'hostile-crowd',
    replacements: [
      {
        file: 'agent/src/runtimes/wasm/runner-session.ts',
        find: "if (this.#isHostCallOpen) return void this.process.violate('a host call inside a host call');",
        replace: '',
      },
      {
        file: 'agent/src/runtimes/wasm/runner-session.ts',
        find: 'if (settle === null || this.#isHostCallOpen)',
        replace: 'if (settle === null)',
      },
    ],
  },
];
