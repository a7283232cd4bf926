import { z } from 'zod';
import { detachedSignature } from '../detached.ts';
import { LIMITS } from '../limits.ts';
import { appName, bootId, digest } from '../names.ts';
import { limitCounts } from './limit-hit.ts';

/**
 * Usage: what the host and each workload used between two instants. Numbered like reports, from the same sequence, and signed like
 * them: whoever could make up a sample could take up the number of a report.
 */
export const hostSample = z.strictObject({
  /** Share of all cores in use, 0 to 1. */
  cpuShare: z.number().min(0).max(1),
  memoryUsedBytes: z.int().min(0),
  memoryTotalBytes: z.int().min(0),
  diskUsedBytes: z.int().min(0),
  diskTotalBytes: z.int().min(0),
  /** Absent on machines without a sensor. */
  temperatureCelsius: z.number().min(-100).max(200).optional(),
  loadAverage1m: z.number().min(0),
  agentMemoryBytes: z.int().min(0),
  agentCpuMs: z.int().min(0),
});

export const workloadSample = z.strictObject({
  app: appName,
  release: digest,
  /** Where the figures come from, so that numbers of different devices compare. */
  source: z.enum(['proc', 'cgroup', 'engine']),
  isolation: z.enum(['shared', 'process', 'scope', 'container']),
  /** CPU time in this interval, ms, of the whole process: compiler and GC threads too. */
  cpuMs: z.number().min(0),
  memoryBytes: z.int().min(0),
  /** Highest size of the module's own linear memory so far; wasm only. */
  modulePeakBytes: z.int().min(0).optional(),
  calls: z.int().min(0),
  errors: z.int().min(0),
  limitsHit: z.int().min(0),
  /** The same by name. */
  limits: limitCounts.optional(),
  /** How long it was paused to stay within its CPU share, ms. */
  throttledMs: z.number().min(0).optional(),
  /** Fuel that its calls used; only where the release limits it. */
  fuel: z.number().min(0).optional(),
  callP50Ms: z.number().min(0).optional(),
  callP99Ms: z.number().min(0).optional(),
  sentBytes: z.int().min(0).optional(),
  receivedBytes: z.int().min(0).optional(),
});

/** What is shown of a workload's newest sample beside its sums. */
export const workloadFigures = workloadSample.pick({
  source: true,
  isolation: true,
  modulePeakBytes: true,
  limits: true,
  throttledMs: true,
  fuel: true,
  callP50Ms: true,
  callP99Ms: true,
  sentBytes: true,
  receivedBytes: true,
});

export const sample = z.strictObject({
  seq: z.int().min(1),
  firstSeq: z.int().min(1).optional(),
  fromMs: z.int().min(0),
  toMs: z.int().min(0),
  host: hostSample.optional(),
  workloads: z.array(workloadSample).max(LIMITS.workloadsPerDevice),
});

export const usageBatch = z.strictObject({
  boot: bootId,
  samples: z.array(sample).min(1).max(LIMITS.usageSamples),
});

/**
 * As it travels: signed by the device over `{ boot, samples }` (detached.ts, type `usage`). The samples are looked at once the
 * signature holds: what a device signed and a control plane does not understand is answered.
 */
export const signedUsage = z.strictObject({
  boot: bootId,
  samples: z.array(z.unknown()).min(1).max(LIMITS.usageSamples),
  sig: detachedSignature,
});

export type HostSample = z.infer<typeof hostSample>;
export type WorkloadSample = z.infer<typeof workloadSample>;
export type WorkloadFigures = z.infer<typeof workloadFigures>;
export type Sample = z.infer<typeof sample>;
export type UsageBatch = z.infer<typeof usageBatch>;
export type SignedUsage = z.infer<typeof signedUsage>;
