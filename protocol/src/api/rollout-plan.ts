import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { deviceId, digest } from '../names.ts';
import { operation } from './operation.ts';
import { gate, rolloutRequest } from './rollout-request.ts';

/** A dry run: what a rollout would do, with nothing changed. */

/** Why a device is left out. */
export const LEFT_OUT_REASONS = [
  /** It runs this release with this configuration already. */
  'already_on_it',
  /** It has a newer release, and this is no rollback. */
  'newer_release',
  'does_not_match',
  /** No variant of the release fits what the device said of itself. */
  'no_variant_fits',
  /** It matches the rollout, but no wave takes it. */
  'no_wave',
  /** A wave names it, but it does not exist or does not match the rollout's selector. */
  'not_selected',
] as const;

export const plannedDevice = z.object({
  device: deviceId,
  online: z.boolean(),
  currentVersion: z.string().nullable(),
  /** The unfinished rollout of the same app that it would be taken over from. */
  takenFrom: z.string().nullable(),
});

export const plannedWave = z.object({
  index: z.int(),
  total: z.int(),
  online: z.int(),
  gate,
  approval: z.boolean(),
  /** It takes the rollout above the share for which a second operator approves. */
  second: z.boolean().optional(),
  /** The first devices of the wave, as many as were asked for. */
  devices: z.array(plannedDevice),
});

export const leftOut = z.object({
  reason: z.enum(LEFT_OUT_REASONS),
  count: z.int(),
  /** The first ones, as many as were asked for, each with its own sentence. */
  devices: z.array(z.object({ device: deviceId, sentence: z.string() })),
});

export const rolloutPlan = z
  .object({
    release: digest,
    /** Devices to move. */
    total: z.int(),
    online: z.int(),
    waves: z.array(plannedWave),
    leftOut: z.array(leftOut),
    /** Unfinished rollouts of the app that would lose devices to this one. */
    takesOver: z.array(z.object({ rollout: z.string(), devices: z.int() })),
    bytes: z.object({
      /** Of the variant that each device would take first, over all devices to move; null where an image comes from elsewhere. */
      total: z.int(),
      /** Devices whose bytes are not known here, because their engine pulls from a registry. */
      unknownDevices: z.int(),
    }),
    /** Shortest time, ms, if every device answers at once: soaks and pace. */
    shortestMs: z.int(),
    tookMs: z.number(),
  })
  .meta({ id: 'RolloutPlan' });

export const planRollout = operation({
  id: 'planRollout',
  method: 'post',
  path: '/rollout-plans',
  tag: 'rollouts',
  summary: 'What a rollout would do: waves, devices, who is left out and why, bytes to move. Changes nothing',
  role: 'operator',
  scope: 'rollouts:read',
  body: z.strictObject({
    request: rolloutRequest,
    /** Devices to name in each wave and for each reason. */
    samples: z.int().min(0).max(LIMITS.pageSizeMax).default(10),
  }),
  status: 200,
  response: rolloutPlan,
});

/** Devices that a bad release reached before it was stopped, over many runs. */
export const distribution = z.object({
  min: z.number(),
  p50: z.number(),
  p90: z.number(),
  p99: z.number(),
  max: z.number(),
  mean: z.number(),
});

export const rolloutForecast = z
  .object({
    devices: z.int(),
    runs: z.int(),
    /** How the runs ended; they sum to `runs`. */
    completed: z.int(),
    halted: z.int(),
    /** Not over within the time that a run is given: too few devices answered. */
    unfinished: z.int(),
    /** Devices that were given the release. */
    reached: distribution,
    failed: distribution,
    /** Until the halt or the end, ms. */
    tookMs: distribution,
    /** Which limit halted, in which wave (counted from 0), how often. */
    halts: z.array(z.object({ limit: z.string(), wave: z.int(), count: z.int() })),
    sentence: z.string(),
  })
  .meta({ id: 'RolloutForecast' });

export const simulateRollout = operation({
  id: 'simulateRollout',
  method: 'post',
  path: '/rollout-forecasts',
  tag: 'rollouts',
  summary: 'Runs a planned rollout on simulated devices: how many a bad release would reach. Changes nothing',
  role: 'operator',
  scope: 'rollouts:read',
  body: z.strictObject({
    request: rolloutRequest,
    /** Share of devices on which the release fails. */
    failureRate: z.number().min(0).max(1),
    /** Share of devices that are offline from the start. */
    offlineRate: z.number().min(0).max(1).default(0),
    /** Share of the failures that show only during the soak. */
    lateRate: z.number().min(0).max(1).default(0),
    /** Share of the failures that say nothing and run into the deadline. */
    silentRate: z.number().min(0).max(1).default(0),
    /** Mean time a device takes to its answer, ms. */
    answerMs: z.int().min(1).max(86_400_000).default(30_000),
    seed: z.int().min(0).max(0xffff_ffff).default(1),
    runs: z.int().min(1).max(LIMITS.forecastRuns).default(20),
    /** Simulated devices instead of those that match. */
    devices: z.int().min(1).max(LIMITS.forecastDevices).optional(),
  }),
  status: 200,
  response: rolloutForecast,
});

export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];
export type RolloutPlanView = z.infer<typeof rolloutPlan>;
export type RolloutForecast = z.infer<typeof rolloutForecast>;
export type Distribution = z.infer<typeof distribution>;
