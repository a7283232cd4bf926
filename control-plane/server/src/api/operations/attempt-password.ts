import { type Outcome, refuse } from '@wherry/protocol';
import type { Context } from 'hono';
import { clientAddress } from '../auth/client-address.ts';
import { readKnownBrowser, rememberBrowser } from '../auth/known-browser.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';

/** Whose password is tried. */
interface Who {
  readonly tenant: string;
  readonly user: string;
}

const BUSY_RETRY_SECONDS = 2;

/**
 * Lets a password be tried unless too many wrong ones were. `work` answers null when it was wrong; then the failure stays counted. A
 * right one makes the browser known. Code of its own: rate_limited, with Retry-After.
 */
export async function attemptPassword<T>(
  c: Context<ApiEnv>,
  deps: ApiDeps,
  who: Who,
  work: () => Promise<Outcome<T> | null>,
): Promise<Outcome<T> | null> {
  const { context, throttle } = deps;
  if (!context.passwords.hasRoom()) {
    c.header('retry-after', String(BUSY_RETRY_SECONDS));
    return refuse('rate_limited', 'Too many sign-ins are under way. Try again in a moment.');
  }
  const attempt = { ...who, address: clientAddress(c, deps), knownBrowser: await readKnownBrowser(c, deps, who) };
  const waitMs = throttle.passwords.begin(attempt, context.clock.nowMs());
  if (waitMs > 0) {
    const seconds = Math.ceil(waitMs / 1000);
    c.header('retry-after', String(seconds));
    return refuse('rate_limited', `Too many wrong passwords. Try again in ${seconds} s.`);
  }
  const outcome = await work();
  if (outcome === null) {
    context.log.warn({ ...who, address: attempt.address }, 'a wrong password');
    return null;
  }
  throttle.passwords.succeed(attempt);
  if (outcome.ok && attempt.knownBrowser === null) await rememberBrowser(c, deps, who);
  return outcome;
}
