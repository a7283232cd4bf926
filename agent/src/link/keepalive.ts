/**
 * How often a quiet session asks whether the broker is still there. Each question costs bytes; a middlebox forgets a connection that
 * is quiet for too long, and which time that is can only be found out by trying. So the period begins short and doubles with every
 * answer up to the allowed one; a session that fell silent halves it and is remembered as a ceiling. Pure; the session asks.
 */
export interface Keepalive {
  readonly periodSeconds: number;
  /** No period above it: found by a session that did not survive one. */
  readonly ceilingSeconds: number;
  /** Answers since the ceiling was last lowered; a network that was bad once is tried again after many. */
  readonly answers: number;
}

export interface KeepaliveTerms {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** Below this, questions would be the traffic. */
const SHORTEST_SECONDS = 60;
/** At 5 minutes a day, at 20 minutes four. */
const FORGIVE_AFTER_ANSWERS = 288;

export function freshKeepalive({ fromSeconds, toSeconds }: KeepaliveTerms): Keepalive {
  return { periodSeconds: Math.min(fromSeconds, toSeconds), ceilingSeconds: toSeconds, answers: 0 };
}

/** The broker answered after a whole quiet period. */
export function answered(before: Keepalive, { toSeconds }: KeepaliveTerms): Keepalive {
  const answers = before.answers + 1;
  const isForgiven = answers >= FORGIVE_AFTER_ANSWERS;
  const ceilingSeconds = isForgiven ? toSeconds : Math.min(before.ceilingSeconds, toSeconds);
  return {
    periodSeconds: Math.min(before.periodSeconds * 2, ceilingSeconds),
    ceilingSeconds,
    answers: isForgiven ? 0 : answers,
  };
}

/** Nothing came back: the connection was dead, and may have died of the silence. */
export function fellSilent(before: Keepalive): Keepalive {
  const periodSeconds = Math.max(SHORTEST_SECONDS, Math.floor(before.periodSeconds / 2));
  return { periodSeconds, ceilingSeconds: Math.max(SHORTEST_SECONDS, periodSeconds), answers: 0 };
}
