import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { activationWindow, downloadTerms } from '../messages/desired.ts';
import { appName, deviceId, version } from '../names.ts';

/** What an operator asks of a rollout. Everything beyond app and version has a default or may be left out. */

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

export const waveRequest = z
  .strictObject({
    /** How many of those that the wave may take. A share is of all devices to move, or of those that its selector or list names. */
    size: waveSize.default({ share: 1 }),
    /** The wave takes only devices that match. */
    selector: z.string().max(LIMITS.selectorBytes).optional(),
    /** The wave takes only these devices, in this order. */
    devices: z.array(deviceId).min(1).max(LIMITS.devicesPerWave).optional(),
    /** A person approves before the wave begins. */
    approval: z.boolean().optional(),
    gate: gate.partial().optional(),
  })
  .refine(({ selector, devices }) => selector === undefined || devices === undefined, {
    message: 'a wave has a selector or a list of devices, not both',
    path: ['devices'],
  });

/** How quickly devices are assigned: so many a minute in the first wave, and `growth` times as many in each wave after it. */
export const pace = z.strictObject({
  devicesPerMinute: z.number().gt(0).max(1_000_000),
  growth: z.number().min(1).max(100).optional(),
});

/** What the control plane itself looks at while a device soaks. `null` looks away. */
export const soakWatch = z.strictObject({
  /** A device in soak that was not heard for this long is unhealthy: `went_offline`. */
  offlineAfterMs: z
    .int()
    .min(1_000)
    .max(7 * 86_400_000)
    .nullable()
    .optional(),
  /** More memory than this many times what the app used on the same device before: `memory_regression`. */
  memoryFactor: z.number().gt(1).max(1_000).nullable().optional(),
  /** The same for CPU: `cpu_regression`. */
  cpuFactor: z.number().gt(1).max(1_000).nullable().optional(),
});

const timing = {
  /** Most devices in flight at once. */
  maxInFlight: z.int().min(1).max(100_000),
  /** A device in flight that says nothing final for this long counts as failed. */
  deadlineMs: z
    .int()
    .min(1_000)
    .max(7 * 86_400_000),
  /** How long a healthy device is watched before it counts as a success. */
  soakMs: z
    .int()
    .min(0)
    .max(7 * 86_400_000),
};

export const rolloutRequest = z.strictObject({
  app: appName,
  version,
  /** Devices to move; an empty selector means all. */
  selector: z.string().max(LIMITS.selectorBytes).default(''),
  /** In order; devices beyond the sizes go to the last wave. Default: one device, a tenth, the rest. */
  waves: z.array(waveRequest).min(1).max(LIMITS.wavesPerRollout).optional(),
  gate: gate.partial().optional(),
  maxInFlight: timing.maxInFlight.default(100),
  deadlineMs: timing.deadlineMs.default(900_000),
  soakMs: timing.soakMs.default(120_000),
  config: z.record(z.string(), z.string().max(LIMITS.configValueBytes)).default({}),
  /** Needed to move devices to an older release. */
  rollback: z.boolean().default(false),
  /** Planned and kept, but not begun: `publishDraft` begins it. */
  draft: z.boolean().optional(),
  /** Begins by itself then; at once when it is past. */
  startAtMs: z.int().min(0).optional(),
  pace: pace.optional(),
  /** When devices may activate, judged on the device. */
  window: activationWindow
    .refine(
      ({ timeZone }) => timeZone === undefined || isTimeZone(timeZone),
      'timeZone: write an IANA name, for example Europe/Vienna',
    )
    .optional(),
  download: downloadTerms.optional(),
  watch: soakWatch.optional(),
  /** Devices that come to match later join the last wave. */
  dynamic: z.boolean().optional(),
});

/** Limits that may be moved while a rollout goes on; what is absent stays. */
export const rolloutLimits = z.strictObject({
  maxInFlight: timing.maxInFlight.optional(),
  deadlineMs: timing.deadlineMs.optional(),
  soakMs: timing.soakMs.optional(),
  pace: pace.nullable().optional(),
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export type Gate = z.infer<typeof gate>;
export type WaveSize = z.infer<typeof waveSize>;
export type WaveRequest = z.infer<typeof waveRequest>;
export type Pace = z.infer<typeof pace>;
export type SoakWatch = z.infer<typeof soakWatch>;
export type RolloutRequest = z.infer<typeof rolloutRequest>;
export type RolloutLimits = z.infer<typeof rolloutLimits>;
