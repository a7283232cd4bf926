import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';
import { VARIANT_KINDS } from '../manifest/release.ts';
import { activationWindow, downloadTerms } from '../messages/desired.ts';
import { DEPLOYMENT_STATES } from '../messages/report.ts';
import { appName, deviceId, digest, rolloutId, version } from '../names.ts';
import { operation } from './operation.ts';
import { pageOf, pageQuery } from './page.ts';
import { gate, pace, rolloutLimits, rolloutRequest, soakWatch } from './rollout-request.ts';

/** Rollouts as they are seen and moved. What is asked of one is in rollout-request.ts, dry runs in rollout-plan.ts, reasons in rollout-explain.ts. */

export const ROLLOUT_STATES = [
  /** Its devices are being written down, a batch at a time; then it begins, or is a draft. */
  'preparing',
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
  /** Offline when its turn came: set aside unassigned, holds no slot; becomes pending again when it is heard. */
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

export const waveCounts = z.record(z.enum(MEMBER_STATES), z.int());

export const wave = z.object({
  index: z.int(),
  total: z.int(),
  counts: waveCounts,
  gate,
  /** Failures that an operator acknowledged by resuming: the gate counts them no more, neither above nor below the line. */
  acknowledged: z.int().optional(),
  /** `awaiting_approval`: it is next, and a person has to approve it first. */
  state: z.enum(['pending', 'awaiting_approval', 'running', 'passed', 'tripped']),
  /** Whether a person approves before the wave begins, and whether that was done. */
  approval: z.enum(['none', 'needed', 'given']).optional(),
  /** Who gave it. */
  approvedBy: z.string().nullable().optional(),
});

/** By the tenant's rule another operator than the one who made the rollout approves before it holds more than so many devices. */
export const secondApproval = z.object({
  aboveDevices: z.int(),
  requestedBy: z.string(),
  approvedBy: z.string().nullable(),
  /** The wave that takes it above them, counted from 0; null when none does, or it is approved. */
  wave: z.int().nullable(),
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
  /** The failures by code (or by state, where the device gave none), most first. */
  byCode: z.array(z.object({ code: z.string(), count: z.int() })).optional(),
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
    /** When a scheduled rollout begins. */
    startAtMs: z.int().nullable().optional(),
    pace: pace.nullable().optional(),
    window: activationWindow.nullable().optional(),
    download: downloadTerms.nullable().optional(),
    watch: soakWatch.optional(),
    dynamic: z.boolean().optional(),
    /** When the pace allows the next device; null when it does not hold one back. */
    nextAtMs: z.int().nullable().optional(),
    secondApproval: secondApproval.nullable().optional(),
    /** Whose approval it waits for now: anybody's, or anybody's but the one named. Null when it waits for none. */
    awaits: z.object({ wave: z.int(), otherThan: z.string().nullable() }).nullable().optional(),
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
    variant: z.enum(VARIANT_KINDS).nullable(),
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
  scope: 'rollouts:read',
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
  scope: 'rollouts:read',
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
  scope: 'rollouts:read',
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
  scope: 'rollouts:write',
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
  scope: 'rollouts:write',
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
  scope: 'rollouts:write',
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
  scope: 'rollouts:write',
  params: rolloutParams,
  body: z.object({ reached: z.enum(['keep', 'revert']) }),
  status: 200,
  response: rollout,
});

export const approveRollout = operation({
  id: 'approveRollout',
  method: 'post',
  path: '/rollouts/{id}/approve',
  tag: 'rollouts',
  summary: 'Approve the wave that a rollout waits before',
  role: 'operator',
  scope: 'rollouts:write',
  params: rolloutParams,
  /** The wave meant, counted from 0: a wave approved by a second click is not the next one. */
  body: z.strictObject({ wave: z.int().min(0) }),
  status: 200,
  response: rollout,
});

export const publishDraft = operation({
  id: 'publishDraft',
  method: 'post',
  path: '/rollouts/{id}/publish',
  tag: 'rollouts',
  summary: 'Begin a draft, or schedule it when it has a time in the future',
  role: 'operator',
  scope: 'rollouts:write',
  params: rolloutParams,
  status: 200,
  response: rollout,
});

export const updateRollout = operation({
  id: 'updateRollout',
  method: 'patch',
  path: '/rollouts/{id}',
  tag: 'rollouts',
  summary: 'Move the cap, times and pace of a rollout that goes on',
  role: 'operator',
  scope: 'rollouts:write',
  params: rolloutParams,
  body: rolloutLimits,
  status: 200,
  response: rollout,
});

export type Wave = z.infer<typeof wave>;
export type Verdict = z.infer<typeof verdict>;
export type Rollout = z.infer<typeof rollout>;
export type RolloutMember = z.infer<typeof rolloutMember>;
