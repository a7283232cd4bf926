import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { DEPLOYMENT_STATES } from '../messages/report.ts';
import { appName, deviceId, digest, rolloutId, version } from '../names.ts';
import { operation } from './operation.ts';
import { pageOf, pageQuery } from './page.ts';

export const ROLLOUT_STATES = [
  'draft',
  'scheduled',
  'running',
  'paused',
  'halted',
  'awaiting_approval',
  'completed',
  'aborted',
] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];

/** Where one device stands in a rollout. */
export const MEMBER_STATES = [
  /** Its wave has not come, or there is no free slot. */
  'pending',
  /** Assigned while offline: set aside, holds no slot, joins when it is heard. */
  'waiting',
  'in_flight',
  /** Healthy on the device, watched by the server until the soak ends. */
  'soaking',
  'succeeded',
  'failed',
  'reverted',
  'rejected',
  'timed_out',
  /** Became unhealthy during the soak. */
  'unhealthy',
  /** Left out: already on the release, removed, or taken over by a newer rollout. */
  'skipped',
] as const;
export type MemberState = (typeof MEMBER_STATES)[number];

/** Limits of a wave; see DESIGN "Gates". All failures (failed, reverted, rejected, timed out, unhealthy) count alike. */
export const gate = z.object({
  minSuccess: z.number().min(0).max(1),
  maxFailures: z.int().min(0),
  maxFailureRate: z.number().min(0).max(1),
  minSample: z.int().min(1),
});

export const waveSize = z.union([
  z.strictObject({ count: z.int().min(1) }),
  z.strictObject({ share: z.number().gt(0).max(1) }),
]);

export const waveRequest = z.strictObject({ size: waveSize, gate: gate.partial().optional() });

export const rolloutRequest = z.strictObject({
  app: appName,
  version,
  /** Devices to move; an empty selector means all. */
  selector: z.string().max(LIMITS.selectorBytes).default(''),
  /** In order; devices beyond the sizes go to the last wave. Default: one device, a tenth, the rest. */
  waves: z.array(waveRequest).min(1).max(LIMITS.wavesPerRollout).optional(),
  gate: gate.partial().optional(),
  /** Most devices in flight at once. */
  maxInFlight: z.int().min(1).max(100_000).default(100),
  /** A device in flight that says nothing final for this long counts as failed. */
  deadlineMs: z
    .int()
    .min(1_000)
    .max(7 * 86_400_000)
    .default(900_000),
  /** How long a healthy device is watched before it counts as a success. */
  soakMs: z
    .int()
    .min(0)
    .max(7 * 86_400_000)
    .default(120_000),
  config: z.record(z.string(), z.string().max(LIMITS.configValueBytes)).default({}),
  /** Needed to move devices to an older release. */
  rollback: z.boolean().default(false),
});

export const waveCounts = z.record(z.enum(MEMBER_STATES), z.int());

export const wave = z.object({
  index: z.int(),
  total: z.int(),
  counts: waveCounts,
  gate,
  /** Failures that an operator acknowledged by resuming: the gate counts them no more, neither above nor below the line. */
  acknowledged: z.int().optional(),
  state: z.enum(['pending', 'running', 'passed', 'tripped']),
});

/** Why a rollout halted: the limit, its sums, and their denominator. */
export const verdict = z.object({
  wave: z.int(),
  limit: z.enum(['maxFailures', 'maxFailureRate', 'minSuccess']),
  allowed: z.number(),
  observed: z.number(),
  failures: z.int(),
  reached: z.int(),
  devices: z.array(deviceId),
  atMs: z.int(),
  sentence: z.string(),
});

export const rollout = z
  .object({
    id: rolloutId,
    app: appName,
    version,
    release: digest,
    selector: z.string(),
    state: z.enum(ROLLOUT_STATES),
    waves: z.array(wave),
    currentWave: z.int(),
    maxInFlight: z.int(),
    deadlineMs: z.int(),
    soakMs: z.int(),
    config: z.record(z.string(), z.string()),
    rollback: z.boolean(),
    verdict: verdict.nullable(),
    createdBy: z.string(),
    createdAtMs: z.int(),
    finishedAtMs: z.int().nullable(),
    /** The rollout that takes this one back, or that this one takes back. */
    reverts: rolloutId.nullable(),
    revertedBy: rolloutId.nullable(),
  })
  .meta({ id: 'Rollout' });

export const rolloutMember = z
  .object({
    device: deviceId,
    wave: z.int(),
    state: z.enum(MEMBER_STATES),
    /** What the device itself last said of this deployment. */
    deployment: z.enum(DEPLOYMENT_STATES).nullable(),
    attempt: z.int(),
    code: z.enum(ERROR_CODES).nullable(),
    message: z.string().nullable(),
    variant: z.enum(['wasm', 'container']).nullable(),
    previousVersion: z.string().nullable(),
    updatedAtMs: z.int(),
    deadlineAtMs: z.int().nullable(),
  })
  .meta({ id: 'RolloutMember' });

const rolloutParams = z.object({ id: rolloutId });

export const listRollouts = operation({
  id: 'listRollouts',
  method: 'get',
  path: '/rollouts',
  tag: 'rollouts',
  summary: 'Rollouts, newest first',
  role: 'viewer',
  query: pageQuery.extend({ app: appName.optional(), state: z.enum(ROLLOUT_STATES).optional() }),
  status: 200,
  response: pageOf(rollout),
});

export const getRollout = operation({
  id: 'getRollout',
  method: 'get',
  path: '/rollouts/{id}',
  tag: 'rollouts',
  summary: 'One rollout with its waves',
  role: 'viewer',
  params: rolloutParams,
  status: 200,
  response: rollout,
});

export const listRolloutMembers = operation({
  id: 'listRolloutMembers',
  method: 'get',
  path: '/rollouts/{id}/devices',
  tag: 'rollouts',
  summary: 'The devices of a rollout and where each stands',
  role: 'viewer',
  params: rolloutParams,
  query: pageQuery.extend({ wave: z.coerce.number().int().optional(), state: z.enum(MEMBER_STATES).optional() }),
  status: 200,
  response: pageOf(rolloutMember),
});

export const startRollout = operation({
  id: 'startRollout',
  method: 'post',
  path: '/rollouts',
  tag: 'rollouts',
  summary: 'Start to move the devices that match to a release, wave by wave',
  role: 'operator',
  body: rolloutRequest,
  status: 201,
  response: rollout,
});

export const pauseRollout = operation({
  id: 'pauseRollout',
  method: 'post',
  path: '/rollouts/{id}/pause',
  tag: 'rollouts',
  summary: 'Assign nothing more until resumed',
  role: 'operator',
  params: rolloutParams,
  status: 200,
  response: rollout,
});

export const resumeRollout = operation({
  id: 'resumeRollout',
  method: 'post',
  path: '/rollouts/{id}/resume',
  tag: 'rollouts',
  summary: 'Go on; after a halt this acknowledges the failures known so far',
  role: 'operator',
  params: rolloutParams,
  status: 200,
  response: rollout,
});

export const abortRollout = operation({
  id: 'abortRollout',
  method: 'post',
  path: '/rollouts/{id}/abort',
  tag: 'rollouts',
  summary: 'End a rollout: keep what was reached, or revert it by a new rollout',
  role: 'operator',
  params: rolloutParams,
  body: z.object({ reached: z.enum(['keep', 'revert']) }),
  status: 200,
  response: rollout,
});

export type Gate = z.infer<typeof gate>;
export type WaveSize = z.infer<typeof waveSize>;
export type RolloutRequest = z.infer<typeof rolloutRequest>;
export type Wave = z.infer<typeof wave>;
export type Verdict = z.infer<typeof verdict>;
export type Rollout = z.infer<typeof rollout>;
export type RolloutMember = z.infer<typeof rolloutMember>;
