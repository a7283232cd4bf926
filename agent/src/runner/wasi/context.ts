import type { CallMeter } from '../call-meter.ts';
import type { Channel } from '../channel.ts';
import type { GuestMemory } from '../guest-memory.ts';
import type { DescriptorTable } from './descriptors.ts';
import type { ExactTimes } from './exact-times.ts';

/** What the functions of one run of a program share. */
export interface WasiContext {
  readonly memory: GuestMemory;
  readonly channel: Channel;
  readonly table: DescriptorTable;
  readonly times: ExactTimes;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly meter: CallMeter;
}

/** A WASI function: results go to memory, errors are thrown. i64 arguments are bigints, all others numbers. */
export type WasiFunction = (...args: never[]) => void;
export type WasiFunctions = Readonly<Record<string, WasiFunction>>;
