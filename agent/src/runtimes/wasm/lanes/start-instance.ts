import { type Outcome, succeed } from '@wherry/protocol';
import type { Instance, WorkloadSpec } from '../../port.ts';
import { WASM_BOUNDS } from '../bounds.ts';
import { CallStatistics } from '../call-statistics.ts';
import type { Ears } from '../ears.ts';
import { WasmInstance } from '../instance.ts';
import type { Parking } from '../parking.ts';
import { Places } from '../places.ts';
import type { OpenRunner } from '../seat.ts';
import { laneCount, laneWidths } from './lane-choice.ts';
import { LanedInstance } from './laned-instance.ts';

/** A program's instance, with lanes where its release has use for them. Codes: those of openSession. */
export async function startInstance(
  spec: WorkloadSpec,
  open: OpenRunner,
  parking: Parking | null,
  ears: Ears,
): Promise<Outcome<Instance>> {
  const widths = laneWidths(spec.release, spec.variant);
  if (widths.size === 0) return WasmInstance.start(spec, open, parking, ears);
  const counts = new CallStatistics((hit) => ears.limitHit?.(hit));
  const started = await WasmInstance.start(spec, open, parking, ears, counts);
  if (!started.ok) return started;
  // Lanes of a program that stays awake share places with nobody.
  const places = parking?.places ?? new Places(laneCount(widths));
  const parkAfterMs = Math.min(WASM_BOUNDS.laneIdleMs, parking?.parkAfterMs ?? WASM_BOUNDS.laneIdleMs);
  return succeed(
    new LanedInstance({
      app: spec.app,
      first: started.value,
      makeLane: () => new WasmInstance(spec, open, { places, parkAfterMs }, ears, counts),
      widths,
      hasRoom: () => places.hasRoom,
      wallMs: spec.release.limits.wallMs,
    }),
  );
}
