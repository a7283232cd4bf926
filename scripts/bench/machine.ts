import { availableParallelism, cpus, totalmem } from 'node:os';

/** What a figure depends on besides the code. */
export function machineFacts() {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    arch: process.arch,
    memoryBytes: totalmem(),
    node: process.versions.node,
    v8: process.versions.v8,
  };
}
