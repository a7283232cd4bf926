import type { Outcome } from '@wherry/protocol';
import type { DirectorKeys } from './judge-release.ts';

/**
 * Did the director say this? For its small words (acknowledgements, commands), which carry one signature and name no key: any of its
 * keys will do, whatever threshold desired states need. Nothing that they bring about can make other code run.
 */
export function isDirectorsWord(director: Outcome<DirectorKeys>, message: Uint8Array, signature: Uint8Array): boolean {
  if (!director.ok) return false;
  const { ring } = director.value;
  return [...ring.ids].some((id) => ring.verify(id, message, signature));
}
