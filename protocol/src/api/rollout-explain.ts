import { z } from 'zod';
import { appName, deviceId, rolloutId } from '../names.ts';
import { operation } from './operation.ts';
import { MEMBER_STATES, ROLLOUT_STATES, rolloutMember, verdict } from './rollouts.ts';

/** Why something is as it is. `name` is for programs, `sentence` for people; numbers in it are those that were compared. */
export const fact = z.object({ name: z.string().max(64), sentence: z.string() });

const explanation = {
  /** Why it is in its state. */
  because: z.array(fact),
  /** What it waits for; empty when it waits for nothing. */
  waitsFor: z.array(fact.extend({ atMs: z.int().nullable() })),
  /** What would change it, and who does that. */
  wouldChange: z.array(fact),
};

/** The sums of a wave against its limits: every number that a verdict could be made of. */
export const gateSums = z.object({
  wave: z.int(),
  failures: z.int(),
  successes: z.int(),
  soaking: z.int(),
  /** The denominator. */
  reached: z.int(),
  acknowledged: z.int(),
  /** Observed share of failures; null while fewer than `minSample` were reached. */
  failureRate: z.number().nullable(),
  successRate: z.number().nullable(),
  /** Failures by code (or by state, where the device gave none), most first. */
  byCode: z.array(z.object({ code: z.string(), count: z.int() })),
  /** More failures than this many from now halt the rollout. */
  failuresLeft: z.int(),
});

export const rolloutExplanation = z
  .object({
    id: rolloutId,
    app: appName,
    state: z.enum(ROLLOUT_STATES),
    sentence: z.string(),
    ...explanation,
    gate: gateSums,
    verdict: verdict.nullable(),
    atMs: z.int(),
  })
  .meta({ id: 'RolloutExplanation' });

export const memberExplanation = z
  .object({
    rollout: rolloutId,
    device: deviceId,
    state: z.enum(MEMBER_STATES),
    sentence: z.string(),
    ...explanation,
    member: rolloutMember,
    atMs: z.int(),
  })
  .meta({ id: 'MemberExplanation' });

export const explainRollout = operation({
  id: 'explainRollout',
  method: 'get',
  path: '/rollouts/{id}/explanation',
  tag: 'rollouts',
  summary: 'Why a rollout is in its state, what it waits for and what would change it',
  role: 'viewer',
  scope: 'rollouts:read',
  params: z.object({ id: rolloutId }),
  status: 200,
  response: rolloutExplanation,
});

export const explainMember = operation({
  id: 'explainMember',
  method: 'get',
  path: '/rollouts/{id}/devices/{device}/explanation',
  tag: 'rollouts',
  summary: 'Why one device stands where it stands in a rollout',
  role: 'viewer',
  scope: 'rollouts:read',
  params: z.object({ id: rolloutId, device: deviceId }),
  status: 200,
  response: memberExplanation,
});

export type Fact = z.infer<typeof fact>;
export type GateSums = z.infer<typeof gateSums>;
export type RolloutExplanation = z.infer<typeof rolloutExplanation>;
export type MemberExplanation = z.infer<typeof memberExplanation>;
