import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { device } from './devices.ts';
import { operation } from './operation.ts';

/** No selector finds a device that was set aside; this does. What is decided is `resolveDevice` or `reclaimDevice`. */
export const listAttention = operation({
  id: 'listAttention',
  method: 'get',
  path: '/attention',
  tag: 'devices',
  summary: 'Devices about whose identity an operator must decide: set aside as clones, or with an expired certificate',
  role: 'viewer',
  scope: 'devices:read',
  status: 200,
  response: z.object({ items: z.array(device).max(LIMITS.pageSizeMax) }),
});
