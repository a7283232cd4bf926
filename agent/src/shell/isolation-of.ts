import type { Inventory } from '@wherry/protocol';
import type { Runtime } from '../runtimes/port.ts';

/** The best that this device can do for Wasm programs, as its inventory says it. */
export function isolationOf(runtimes: readonly Runtime[]): Inventory['isolation'] {
  const found = runtimes.find(({ kind }) => kind === 'wasm')?.features.isolation;
  return found === undefined || found === 'container' ? 'process' : found;
}
