import { type Authority, mayGive, type Outcome, refuse } from '@wherry/protocol';
import type { Caller } from './use-cases.ts';

/** A refusal when somebody would hand on more than they have: a token bounded by scopes does not get rid of its bounds that way. */
export function overreaches(caller: Caller, given: Authority): Outcome<never> | null {
  if (mayGive(caller, given)) return null;
  const had = caller.scopes === null ? `the role ${caller.role}` : `${caller.role} with ${caller.scopes.join(', ')}`;
  return refuse('forbidden', `Nobody gives more than they have: you have ${had}.`);
}
