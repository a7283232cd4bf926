import { refuse, succeed } from '@wherry/protocol';
import type { InstanceState } from '../port.ts';
import type { CallQueue } from './call-queue.ts';

/**
 * State that a program hands over to its next version: two more calls of it, in its queue and within its limits. A program that is
 * parked has nothing to hand over, and is not woken to say so.
 */
export function stateOf(
  handlers: () => ReadonlySet<string> | undefined,
  queue: CallQueue,
  added: () => void,
): InstanceState {
  return {
    isSaved: () => handlers()?.has('save') === true,
    isLoaded: () => handlers()?.has('load') === true,
    async save() {
      const outcome = await queue.add({ on: 'save' }, new Uint8Array(0), added);
      if (!outcome.ok) return outcome;
      const { state } = outcome.value;
      return state === undefined ? refuse('guest_error', 'it saved nothing') : succeed(state);
    },
    async load(state) {
      const outcome = await queue.add({ on: 'load' }, state, added);
      return outcome.ok ? succeed(undefined) : outcome;
    },
  };
}
