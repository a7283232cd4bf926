import { hasRole, type Need, type Outcome, refuse } from '@wherry/protocol';
import type { Caller } from './use-cases.ts';

/** Why somebody may not, and what would be needed. */
export function forbidden(caller: Pick<Caller, 'role' | 'scopes'>, need: Need): Outcome<never> {
  if (!hasRole(caller, need.role))
    return refuse('forbidden', `This needs the role ${need.role}; you have the role ${caller.role}.`);
  return refuse('forbidden', `This needs the scope ${need.scope}; this token has ${caller.scopes?.join(', ')}.`);
}
