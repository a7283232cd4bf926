import type { DrainEffect, DrainState, Flight, Numbers } from './drain-state.ts';

/**
 * When the server does not get past a number, waiting longer does not help. Two ways into this:
 *
 * forgotten: the server counts from a number before the oldest row. Those in between were acknowledged once and are gone here; a
 *   restored backup lacks them. They are given up in one message, which lets the server count on.
 * refused: the server says that it does not understand a message (it is older than this agent, say). Its rows are sent one by one,
 *   and the one that is refused alone is replaced by a word about it, so that all others arrive.
 *
 * Both rest on what the server said, and on nothing that a network or a broker can bring about by losing, holding back or repeating
 * messages: a row is given up only for a signed refusal of its very numbers, and what a repeated acknowledgement takes for
 * forgotten is stored already.
 */
export function explainForgotten(state: DrainState, oldest: Flight): readonly DrainEffect[] {
  const { heard, rewinds } = state;
  const { boot, firstSeq } = oldest;
  // Not at the first time-out: an acknowledgement that was late from before looks the same once, and not twice.
  if (rewinds === 0 || heard?.boot !== boot || heard.upTo + 1 >= firstSeq) return [];
  return [{ kind: 'explain', boot, firstSeq: heard.upTo + 1, seq: firstSeq - 1, why: 'forgotten' }];
}

export interface RefusalVerdict {
  readonly state: DrainState;
  readonly effects: readonly DrainEffect[];
  /** From the oldest row on, one by one. */
  readonly mustRewind: boolean;
}

export function judgeRefusal(state: DrainState, boot: string, { firstSeq, seq }: Numbers): RefusalVerdict {
  const asBefore = { state, effects: [], mustRewind: false };
  const at = state.inFlight.findIndex(
    (flight) => flight.boot === boot && flight.firstSeq <= seq && firstSeq <= flight.upTo,
  );
  const flight = state.inFlight[at];
  // Of a message before this one, or of nothing that is on its way.
  if (!flight || flight.isGivenUp) return asBefore;
  if (!state.isCareful) return { state: { ...state, isCareful: true }, effects: [], mustRewind: true };
  if (flight.firstSeq !== firstSeq || flight.upTo !== seq) return asBefore;
  return {
    state: { ...state, inFlight: state.inFlight.with(at, { ...flight, isGivenUp: true }) },
    effects: [{ kind: 'explain', boot, firstSeq, seq, why: 'refused' }],
    mustRewind: false,
  };
}
