import { afterFailure, afterSuccess, type Failures, type LockoutRule, waitMs } from '../../domain/access/lockout.ts';

/**
 * Wrong passwords, counted by three keys. *Own*: an account from one address, or from a browser that has signed in to it before; strict.
 * *Account*: an account from all strangers' addresses together; a known browser is not held up by it, so strangers cannot lock its owner
 * out. *Address*: all accounts from one address. An attempt counts as failed from its beginning, so that many at once gain nothing.
 */
export interface PasswordAttemptRules {
  readonly own: LockoutRule;
  readonly account: LockoutRule;
  readonly address: LockoutRule;
}

export interface PasswordAttempt {
  readonly tenant: string;
  readonly user: string;
  readonly address: string;
  /** Of the browser's own cookie that says that this user has signed in there before. */
  readonly knownBrowser: string | null;
}

type Key = readonly [rule: keyof PasswordAttemptRules, text: string];

export class PasswordAttempts {
  readonly #rules: PasswordAttemptRules;
  readonly #keysMax: number;
  readonly #failures = new Map<string, Failures>();

  constructor(rules: PasswordAttemptRules, keysMax: number) {
    this.#rules = rules;
    this.#keysMax = keysMax;
  }

  /** 0: go on, and the attempt is counted; otherwise how long to wait, ms, and nothing is. */
  begin(attempt: PasswordAttempt, nowMs: number): number {
    const keys = keysOf(attempt);
    const longestMs = Math.max(
      ...keys.map(([rule, text]) => waitMs(this.#failures.get(text), this.#rules[rule], nowMs)),
    );
    if (longestMs > 0) return longestMs;
    for (const [rule, text] of keys) this.#keep(text, afterFailure(this.#failures.get(text), this.#rules[rule], nowMs));
    return 0;
  }

  /** The attempt has succeeded: its own failures are forgotten, those of others stay. */
  succeed(attempt: PasswordAttempt): void {
    for (const [rule, text] of keysOf(attempt)) {
      const failures = this.#failures.get(text);
      if (rule === 'own') this.#failures.delete(text);
      else if (failures) this.#keep(text, afterSuccess(failures));
    }
  }

  get size(): number {
    return this.#failures.size;
  }

  /** The key that was touched longest ago makes room: a flood of addresses does not push out an account that is under attack. */
  #keep(text: string, failures: Failures): void {
    this.#failures.delete(text);
    this.#failures.set(text, failures);
    const oldest = this.#failures.keys().next();
    if (this.#failures.size > this.#keysMax && !oldest.done) this.#failures.delete(oldest.value);
  }
}

function keysOf({ tenant, user, address, knownBrowser }: PasswordAttempt): readonly Key[] {
  const account = `${tenant}/${user}`;
  if (knownBrowser !== null) return [['own', `browser ${account} ${knownBrowser}`]];
  return [
    ['own', `own ${account} ${address}`],
    ['account', `account ${account}`],
    ['address', `address ${address}`],
  ];
}
