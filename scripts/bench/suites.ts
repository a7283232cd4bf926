import type { Suite } from './suite.ts';

/** Suites by name, each in a folder or file of its own; loaded when it is run, so that one does not pay for another's imports. */
export const SUITES: Readonly<Record<string, () => Promise<Suite>>> = {
  rollout: async () => (await import('./rollout/suite.ts')).rolloutSuite,
  wasm: async () => (await import('./wasm/suite.ts')).wasmSuite,
};
