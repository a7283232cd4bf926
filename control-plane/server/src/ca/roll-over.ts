import { AUTHORITY_PHASES, type AuthorityStep, type Outcome, refuse, succeed } from '@wherry/protocol';
import { z } from 'zod';

/**
 * Which authority a control plane has, and how it comes to another one. A second authority is made beside the first, and both are
 * believed until every device has been told and has a certificate of the one that stays. One small value says where that stands, so that each
 * step is one rename of one file. What the steps wait for is the caller's to judge.
 */
const NAME = /^authority(-[0-9]+)?$/;

export const rollOver = z.strictObject({
  /** Of its files. It vouches for the server itself. */
  current: z.string().regex(NAME),
  /** Believed as well, when devices show its certificates. */
  other: z.string().regex(NAME).nullable(),
  /** What the other one is: what comes next, what was before, or what was to come and will not. */
  phase: z.enum(AUTHORITY_PHASES),
  /** Since when; 0: since ever. */
  sinceMs: z.int(),
  /** How many were ever begun; a name is not used twice. */
  made: z.int().min(1),
});
export type RollOver = z.infer<typeof rollOver>;

export const FIRST_AUTHORITY: RollOver = { current: 'authority', other: null, phase: 'settled', sinceMs: 0, made: 1 };

/** The name of one that is to be made. */
export function nextName({ made }: RollOver): string {
  return `authority-${made + 1}`;
}

/** Code: not_allowed_in_state. */
export function stepRollOver(before: RollOver, step: AuthorityStep, nowMs: number): Outcome<RollOver> {
  const { current, other, phase } = before;
  const at = { sinceMs: nowMs };
  if (step === 'replace')
    return succeed({ ...at, current: nextName(before), other: null, phase: 'settled', made: before.made + 1 });
  if (step === 'begin' && phase === 'settled')
    return succeed({ ...at, current, other: nextName(before), phase: 'begun', made: before.made + 1 });
  if (step === 'switch' && phase === 'begun' && other !== null)
    return succeed({ ...before, ...at, current: other, other: current, phase: 'switched' });
  if (step === 'abort' && phase === 'begun') return succeed({ ...before, ...at, phase: 'aborted' });
  if (step === 'finish' && (phase === 'switched' || phase === 'aborted'))
    return succeed({ ...before, ...at, other: null, phase: 'settled' });
  return refuse('not_allowed_in_state', `cannot ${step}: ${WHAT_NOW[phase]}`);
}

const WHAT_NOW: Readonly<Record<RollOver['phase'], string>> = {
  settled: 'no roll-over of the authority is under way: "begin" one',
  begun: 'a roll-over of the authority has begun: "switch" or "abort" it',
  switched: 'the server has the new authority: "finish" the roll-over',
  aborted: 'a roll-over of the authority was aborted: "finish" it',
};

/** The one that devices are to have their certificates of. */
export function stays({ current, other, phase }: RollOver): string {
  return phase === 'begun' && other !== null ? other : current;
}

/** Those that devices are to believe, the one that stays first. */
export function believed(state: RollOver): readonly string[] {
  const names = [stays(state), state.current, state.phase === 'aborted' ? null : state.other];
  return [...new Set(names.filter((name) => name !== null))];
}

/** Those whose certificates are taken from devices. */
export function accepted({ current, other }: RollOver): readonly string[] {
  return other === null ? [current] : [current, other];
}

/** The one that devices are to leave; null when there is none. */
export function leaves(state: RollOver): string | null {
  return accepted(state).find((name) => name !== stays(state)) ?? null;
}
