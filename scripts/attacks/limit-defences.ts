import type { Defence } from './bite.ts';

/** Defences around limits of calls, counted instructions and shared processes; see defences.ts. */
export const LIMIT_DEFENCES: readonly Defence[] = [
  {
    name: 'cpu-clock',
    attack: 'cpu-time-sleeper',
    replacements: [
      { file: 'agent/src/runtimes/wasm/cpu-clock.ts', find: 'if (usedMs >= limitMs)', replace: 'if (limitMs < 0)' },
    ],
  },
  {
    name: 'pulled-calls-only',
    attack: 'cpu-time-poller',
    replacements: [
      {
        file: 'agent/src/runtimes/wasm/instance.ts',
        find: '    if (job === null) return null;\n    this.#statistics.began();',
        replace: '    this.#guard.beginPulled();\n    if (job === null) return null;\n    this.#statistics.began();',
      },
    ],
  },
  {
    name: 'fuel-checked',
    attack: 'fuel-branch-table',
    replacements: [
      {
        file: 'protocol/src/admission/fuel/count-function.ts',
        find: 'if (!isChecked) return',
        replace: 'if (!isChecked || cost > 0) return',
      },
    ],
  },
  {
    name: 'counter-has-no-name',
    attack: 'fuel-names-counter',
    replacements: [
      {
        file: 'protocol/src/admission/fuel/segments.ts',
        find: 'if (index >= count)',
        replace: 'if (index > count + 9)',
      },
    ],
  },
  {
    name: 'thread-ended',
    attack: 'shared-loop',
    replacements: [
      { file: 'agent/src/runtimes/wasm/slots/slot.ts', find: "if (name !== 'SIGKILL') return;", replace: 'return;' },
    ],
  },
];
