import { rounded } from '../statistics.ts';
import { type GuestTerms, openGuests } from './guests.ts';
import type { Program } from './programs.ts';

/** How long after a program has used up a limit its call is over, ms; one value a run. The program never comes back by itself. */
export interface StopTimes {
  readonly wallMs: readonly number[];
  readonly cpuTimeMs: readonly number[];
  readonly fuelMs: readonly number[];
}

const LIMIT_MS = 150;
/** Some milliseconds of work. */
const FUEL = 5_000_000;

export async function measureStops({ wasmPath }: Program, runs: number): Promise<StopTimes> {
  return {
    wallMs: await overshoots(wasmPath, runs, { wallMs: LIMIT_MS }, (hit) => (hit.usedMs ?? 0) - LIMIT_MS),
    cpuTimeMs: await overshoots(wasmPath, runs, { cpuTimeMs: LIMIT_MS }, (hit) => (hit.usedMs ?? 0) - LIMIT_MS),
    // Fuel ends the guest by itself: what is measured is the whole call.
    fuelMs: await overshoots(wasmPath, runs, { fuel: FUEL }, (_hit, tookMs) => tookMs),
  };
}

/** The program and its runner are started anew for each run, since most limits end them. */
async function overshoots(
  wasmPath: string,
  runs: number,
  terms: GuestTerms,
  over: (hit: { readonly usedMs?: number }, tookMs: number) => number,
): Promise<number[]> {
  const guests = openGuests({ runnerPool: 1, parkAfterMs: null });
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const guest = await guests.start(wasmPath, terms);
    const { hit, endedAfterHitMs, tookMs } = await guest.untilLimit();
    times.push(rounded(over(hit as { readonly usedMs?: number }, tookMs) + endedAfterHitMs, 2));
    await guest.stop();
  }
  return times;
}
