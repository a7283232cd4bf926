import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { inventory, SEVERITIES, workloadStatus } from '../messages/report.ts';
import { command } from '../messages/session.ts';
import { hostSample, workloadFigures } from '../messages/usage.ts';
import { appName, deviceId, labelName, labels, targetName } from '../names.ts';
import { operation } from './operation.ts';
import { pageOf, pageQuery } from './page.ts';

export const deviceIdentity = z
  .object({
    /** The newest one; null for a device that signs in with a secret on a plain listener. */
    certificate: z.object({ serial: z.string(), expiresAtMs: z.int(), isRevoked: z.boolean() }).nullable(),
    /** What an operator must decide about: `cloned`, two machines have this identity; `renewal`, it asks with an expired certificate. */
    attention: z.enum(['cloned', 'renewal']).nullable(),
    sinceMs: z.int().nullable(),
  })
  .meta({ id: 'DeviceIdentity' });

export const device = z
  .object({
    device: deviceId,
    target: targetName,
    labels,
    /** True while its MQTT session lives; advisory. */
    online: z.boolean(),
    /** When anything was last heard, ms since epoch; null if never. */
    seenAtMs: z.int().nullable(),
    claimedAtMs: z.int(),
    desiredGeneration: z.int(),
    /** Generation that the device last reported to have read. */
    reportedGeneration: z.int().nullable(),
    inventory: inventory.nullable(),
    workloads: z.array(workloadStatus),
    host: hostSample.nullable(),
    /** Absent where there is neither a certificate nor anything to say of its identity. */
    identity: deviceIdentity.optional(),
  })
  .meta({ id: 'Device' });

export const deviceEvent = z
  .object({
    id: z.int(),
    device: deviceId,
    atMs: z.int(),
    severity: z.enum(SEVERITIES),
    name: z.string(),
    app: appName.nullable(),
    message: z.string(),
  })
  .meta({ id: 'DeviceEvent' });

/** One point of a downsampled series; figures are means over `[fromMs, toMs)`, peaks where named so. */
export const usagePoint = z
  .object({
    fromMs: z.int(),
    toMs: z.int(),
    /** Share of one core (workloads) or of all cores (host), 0 to 1. */
    cpuShare: z.number(),
    memoryBytes: z.number(),
    memoryPeakBytes: z.number(),
    calls: z.int(),
    errors: z.int(),
    limitsHit: z.int(),
    temperatureCelsius: z.number().nullable(),
    diskUsedBytes: z.number().nullable(),
  })
  .meta({ id: 'UsagePoint' });

const deviceParams = z.object({ device: deviceId });
const claimTtlMs = z
  .int()
  .min(60_000)
  .max(30 * 86_400_000)
  .default(86_400_000);

export const listDevices = operation({
  id: 'listDevices',
  method: 'get',
  path: '/devices',
  tag: 'devices',
  summary: 'Devices that match a selector',
  role: 'viewer',
  scope: 'devices:read',
  query: pageQuery.extend({ selector: z.string().max(LIMITS.selectorBytes).optional() }),
  status: 200,
  response: pageOf(device).extend({ total: z.int() }),
});

export const getDevice = operation({
  id: 'getDevice',
  method: 'get',
  path: '/devices/{device}',
  tag: 'devices',
  summary: 'One device',
  role: 'viewer',
  scope: 'devices:read',
  params: deviceParams,
  status: 200,
  response: device,
});

export const setDeviceLabels = operation({
  id: 'setDeviceLabels',
  method: 'patch',
  path: '/devices/{device}/labels',
  tag: 'devices',
  summary: 'Set and remove labels of a device',
  role: 'operator',
  scope: 'devices:write',
  params: deviceParams,
  body: z.object({ set: labels.default({}), remove: z.array(labelName).default([]) }),
  status: 200,
  response: device,
});

export const removeDevice = operation({
  id: 'removeDevice',
  method: 'delete',
  path: '/devices/{device}',
  tag: 'devices',
  summary: 'Decommission a device: its credentials stop working and its name is not used again',
  role: 'operator',
  scope: 'devices:write',
  params: deviceParams,
  status: 204,
});

export const reclaimDevice = operation({
  id: 'reclaimDevice',
  method: 'post',
  path: '/devices/{device}/reclaim',
  tag: 'devices',
  summary:
    'Make a single-use token with which a device gets its identity anew, under its old name; the old identity ends then',
  role: 'operator',
  scope: 'claims:write',
  params: deviceParams,
  body: z.object({ ttlMs: claimTtlMs }),
  status: 201,
  response: z.object({ id: z.string(), token: z.string(), expiresAtMs: z.int() }),
});

export const resolveDevice = operation({
  id: 'resolveDevice',
  method: 'post',
  path: '/devices/{device}/resolve',
  tag: 'devices',
  summary: 'Let a device go on that was set aside as a clone, or that asked for a certificate with an expired one',
  role: 'operator',
  scope: 'devices:write',
  params: deviceParams,
  status: 200,
  response: device,
});

export const listDeviceEvents = operation({
  id: 'listDeviceEvents',
  method: 'get',
  path: '/devices/{device}/events',
  tag: 'devices',
  summary: 'What happened on a device, newest first',
  role: 'viewer',
  scope: 'devices:read',
  params: deviceParams,
  query: pageQuery,
  status: 200,
  response: pageOf(deviceEvent),
});

export const getDeviceUsage = operation({
  id: 'getDeviceUsage',
  method: 'get',
  path: '/devices/{device}/usage',
  tag: 'usage',
  summary: 'Usage of the host, or of one app on it, as a series',
  role: 'viewer',
  scope: 'devices:read',
  params: deviceParams,
  query: z.object({
    app: appName.optional(),
    fromMs: z.coerce.number().int().optional(),
    toMs: z.coerce.number().int().optional(),
  }),
  status: 200,
  response: z.object({ points: z.array(usagePoint), resolutionMs: z.int() }),
});

export const topRow = z
  .object({
    device: deviceId,
    app: appName,
    version: z.string(),
    cpuShare: z.number(),
    memoryBytes: z.int(),
    calls: z.int(),
    errors: z.int(),
    limitsHit: z.int(),
    /** Null for samples that older control planes took in. */
    figures: workloadFigures.nullable(),
    atMs: z.int(),
  })
  .meta({ id: 'TopRow' });

export const topUsage = operation({
  id: 'topUsage',
  method: 'get',
  path: '/usage/top',
  tag: 'usage',
  summary: 'The workloads that use most, over the newest sample of each',
  role: 'viewer',
  scope: 'devices:read',
  query: z.object({
    by: z.enum(['cpu', 'memory', 'calls', 'errors']).default('cpu'),
    selector: z.string().max(LIMITS.selectorBytes).optional(),
    limit: z.coerce.number().int().min(1).max(LIMITS.pageSizeMax).default(20),
  }),
  status: 200,
  response: z.object({ items: z.array(topRow) }),
});

export const sendCommand = operation({
  id: 'sendCommand',
  method: 'post',
  path: '/devices/{device}/commands',
  tag: 'devices',
  summary: 'Send a command; its result arrives as an event on the stream',
  role: 'operator',
  scope: 'devices:write',
  params: deviceParams,
  body: command,
  status: 202,
  response: z.object({ id: z.string() }),
});

export const claimToken = z
  .object({
    id: z.string(),
    labels,
    device: deviceId.nullable(),
    createdAtMs: z.int(),
    expiresAtMs: z.int(),
    usedBy: deviceId.nullable(),
  })
  .meta({ id: 'ClaimToken' });

export const createClaimToken = operation({
  id: 'createClaimToken',
  method: 'post',
  path: '/claim-tokens',
  tag: 'devices',
  summary: 'Make a single-use token with which a new device claims its identity',
  role: 'operator',
  scope: 'claims:write',
  body: z.object({
    device: deviceId.optional(),
    labels: labels.default({}),
    ttlMs: claimTtlMs,
  }),
  status: 201,
  /** The token's text is shown this once. */
  response: claimToken.extend({ token: z.string() }),
});

export const listClaimTokens = operation({
  id: 'listClaimTokens',
  method: 'get',
  path: '/claim-tokens',
  tag: 'devices',
  summary: 'Claim tokens, newest first, without their secrets',
  role: 'operator',
  scope: 'claims:read',
  query: pageQuery,
  status: 200,
  response: pageOf(claimToken),
});

export const removeClaimToken = operation({
  id: 'removeClaimToken',
  method: 'delete',
  path: '/claim-tokens/{id}',
  tag: 'devices',
  summary: 'Take back a claim token that was not used',
  role: 'operator',
  scope: 'claims:write',
  params: z.object({ id: z.string().max(64) }),
  status: 204,
});

export type DeviceIdentity = z.infer<typeof deviceIdentity>;
export type Device = z.infer<typeof device>;
export type DeviceEvent = z.infer<typeof deviceEvent>;
export type UsagePoint = z.infer<typeof usagePoint>;
export type TopRow = z.infer<typeof topRow>;
export type ClaimToken = z.infer<typeof claimToken>;
