import type { Suite } from './suite.ts';

/** Suites by name, each in a folder or file of its own; loaded when it is run, so that one does not pay for another's imports. */
export const SUITES: Readonly<Record<string, () => Promise<Suite>>> = {
  agent: async () => (await import('./agent/suite.ts')).agentSuite,
  deploy: async () => (await import('./deploy/suite.ts')).deploySuite,
  reconnect: async () => (await import('./reconnect/suite.ts')).reconnectSuite,
  rollout: async () => (await import('./rollout/suite.ts')).rolloutSuite,
  trust: async () => (await import('./trust/suite.ts')).trustSuite,
  tls: async () => (await import('./tls/suite.ts')).tlsSuite,
  wasm: async () => (await import('./wasm/suite.ts')).wasmSuite,
};
