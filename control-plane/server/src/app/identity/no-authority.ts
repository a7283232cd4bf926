import { type Outcome, refuse } from '@wherry/protocol';
import type { AppContext } from '../context.ts';

/** Code: unavailable. */
export function noAuthority({ authority }: Pick<AppContext, 'authority'>): Outcome<never> | null {
  if (authority) return null;
  return refuse('unavailable', 'this control plane has no authority: it listens without TLS');
}
