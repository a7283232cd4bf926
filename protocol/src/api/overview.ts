import { z } from 'zod';
import { operation } from './operation.ts';

export const overview = z
  .object({
    devices: z.object({ total: z.int(), online: z.int(), failing: z.int() }),
    rollouts: z.object({ running: z.int(), halted: z.int() }),
    releases: z.int(),
    /** Workloads that run, by the kind of variant. */
    variants: z.object({ wasm: z.int(), container: z.int() }),
    usageSamples: z.int(),
  })
  .meta({ id: 'Overview' });

export const getOverview = operation({
  id: 'getOverview',
  method: 'get',
  path: '/overview',
  tag: 'overview',
  summary: 'The fleet in numbers',
  role: 'viewer',
  scope: 'devices:read',
  status: 200,
  response: overview,
});

export type Overview = z.infer<typeof overview>;
