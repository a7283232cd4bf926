/** When a certificate is to be renewed, and how often that is tried: all from its life, so that a short one is renewed in time, too. */
const RENEWED_AFTER = 2 / 3;
/** A fleet that was claimed in one day does not come in one minute. */
const SPREAD = 1 / 24;
const TRIES_PER_LIFE = 200;
const RETRY_MAX_MS = 3_600_000;

export interface Validity {
  readonly fromMs: number;
  readonly toMs: number;
}

/** `random` is in [0, 1). */
export function renewAtMs({ fromMs, toMs }: Validity, random: number): number {
  const lifeMs = toMs - fromMs;
  return Math.floor(fromMs + lifeMs * RENEWED_AFTER + lifeMs * SPREAD * random);
}

export function renewRetryMs({ fromMs, toMs }: Validity, random: number): number {
  const everyMs = Math.min(RETRY_MAX_MS, (toMs - fromMs) / TRIES_PER_LIFE);
  return Math.floor(everyMs * (0.5 + random));
}
