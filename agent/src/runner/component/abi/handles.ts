import { trap } from './trap.ts';

/**
 * What a component instance holds of resources. A guest knows a handle as a number; what it stands for is only here, with its type, so
 * that a number made up, of another type, given away or dropped is a trap and never a resource (CanonicalABI.md, "Resource State").
 */
export interface Handle {
  readonly resource: number;
  readonly represents: unknown;
  readonly isOwn: boolean;
  /** Calls in progress that borrow it; meanwhile it can be neither given away nor dropped. */
  lends: number;
  /** Of a borrowed handle: the call at whose end it must be gone. */
  readonly scope: CallScope | null;
}

/** One call into a component. */
export interface CallScope {
  borrows: number;
}

/** Handles of one component instance at a time. */
const HANDLES_MAX = 10_000;

export class HandleTable {
  /** Number 0 is never a handle. */
  readonly #handles: (Handle | undefined)[] = [undefined];
  readonly #free: number[] = [];

  add(handle: Handle): number {
    const number = this.#free.pop() ?? this.#handles.length;
    if (number > HANDLES_MAX) trap(`more than ${HANDLES_MAX} handles at a time`);
    this.#handles[number] = handle;
    return number;
  }

  get(number: number, resource: number): Handle {
    const handle = this.#handles[number >>> 0];
    if (handle === undefined) trap(`${number >>> 0} is no handle`);
    if (handle.resource !== resource) trap(`handle ${number >>> 0} is of another type`);
    return handle;
  }

  /** Takes a handle out: to give it away, or to drop it. */
  remove(number: number, resource: number): Handle {
    const handle = this.get(number, resource);
    if (handle.lends > 0) trap(`handle ${number >>> 0} is lent`);
    this.#handles[number >>> 0] = undefined;
    this.#free.push(number >>> 0);
    return handle;
  }

  get count(): number {
    return this.#handles.length - 1 - this.#free.length;
  }
}
