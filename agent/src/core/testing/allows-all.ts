import type { Policy } from '../policy.ts';

/** The policy of an owner who forbids nothing, for tests of what one rule forbids. */
export const ALLOWS_ALL: Policy = {
  memoryBytesMax: 1e9,
  cpuShareMax: 64,
  allowContainers: true,
  allowWasm: true,
  allowHttp: true,
  dataBytesMax: 1e9,
};
