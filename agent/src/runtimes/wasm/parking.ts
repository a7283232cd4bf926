import type { Release, Variant } from '@wherry/protocol';
import type { Places } from './places.ts';

export interface Parking {
  readonly places: Places;
  readonly parkAfterMs: number;
}

/**
 * May the process of a program that nothing calls be ended, and started anew for its next trigger? A `wasi-p1` program or
 * a component begins afresh with each trigger anyway. An AssemblyScript module keeps its variables between calls: it is parked only when its manifest
 * says so. What has a `start` trigger is meant to stay.
 */
export function canPark(release: Pick<Release, 'triggers' | 'idle'>, variant: Variant): boolean {
  if (variant.kind !== 'wasm' || release.triggers.some(({ on }) => on === 'start')) return false;
  return (release.idle ?? (variant.abi === 'assemblyscript' ? 'keep' : 'park')) === 'park';
}
