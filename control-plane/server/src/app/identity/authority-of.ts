import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { AppContext, Authority } from '../context.ts';

/** Code: not_found. */
export function authorityOf({ authority }: Pick<AppContext, 'authority'>): Outcome<Authority> {
  if (authority) return succeed(authority);
  return refuse('not_found', 'this control plane has no authority: it listens without TLS');
}
