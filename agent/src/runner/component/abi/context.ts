import type { ResourcePlan, ValueType } from '@wherry/protocol/admission';
import type { GuestMemory } from '../../guest-memory.ts';
import type { CallScope, Handle, HandleTable } from './handles.ts';
import { trap } from './trap.ts';

/** One component instance at work. */
export interface InstanceState {
  readonly index: number;
  readonly handles: HandleTable;
  /** False while its `realloc` or `post-return` runs: these may not call out. */
  mayLeave: boolean;
  /** False while a call into it runs: a component is not entered twice. */
  mayEnter: boolean;
}

/** The surroundings in which the values of one call cross the boundary of one component instance. */
export interface CallContext {
  readonly types: readonly ValueType[];
  readonly resources: readonly ResourcePlan[];
  readonly instance: InstanceState;
  readonly memory: GuestMemory | null;
  readonly realloc: ((old: number, oldBytes: number, alignBytes: number, bytes: number) => unknown) | null;
  /** Handles lent to this call; given back at its end. */
  readonly lent: Handle[];
  /** Set for a call into the component: counts what it borrows. */
  readonly scope: CallScope | null;
}

export function typeOf(context: CallContext, type: number): ValueType {
  return context.types[type] as ValueType;
}

/** Bytes of the guest's memory that a pointer and a length name. Lengths are products, so they may be far above 32 bits. */
export function bytesAt(context: CallContext, pointer: number, length: number): Uint8Array {
  if (context.memory === null) trap('the call needs a memory, and names none');
  if (length > 0xffff_ffff) trap(`${length} bytes at ${pointer} are outside the memory`);
  return context.memory.bytes(pointer, length);
}

export function viewAt(context: CallContext, pointer: number, length: number): DataView {
  const bytes = bytesAt(context, pointer, length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Memory that the guest itself provides for what it is given; it is not believed to have provided it well. */
export function allocate(context: CallContext, alignBytes: number, bytes: number): number {
  const { realloc, instance } = context;
  if (realloc === null) trap('the call needs realloc, and names none');
  const before = instance.mayLeave;
  instance.mayLeave = false;
  const pointer = realloc(0, 0, alignBytes, bytes);
  instance.mayLeave = before;
  if (typeof pointer !== 'number') trap('realloc answers no pointer');
  expectAligned(pointer, alignBytes);
  bytesAt(context, pointer, bytes);
  return pointer >>> 0;
}

export function expectAligned(pointer: number, alignBytes: number): void {
  if ((pointer >>> 0) % alignBytes !== 0) trap(`pointer ${pointer >>> 0} is not aligned to ${alignBytes}`);
}
