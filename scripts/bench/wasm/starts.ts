import { openGuests } from './guests.ts';
import type { Program } from './programs.ts';

/** How long a trigger takes to the first instruction of the guest, ms, one value a run. */
export interface StartTimes {
  /** No runner is there: a process is started. */
  readonly coldMs: readonly number[];
  /** A runner was started ahead: the module is handed over, checked, compiled. */
  readonly warmMs: readonly number[];
  /** The program's own runner is awake. */
  readonly awakeMs: readonly number[];
}

export async function measureStarts({ wasmPath }: Program, runs: number): Promise<StartTimes> {
  return {
    coldMs: await parkedStarts(wasmPath, runs, 0),
    warmMs: await parkedStarts(wasmPath, runs, 1),
    awakeMs: await awakeStarts(wasmPath, runs),
  };
}

/** A program that is parked at once after each call, so that each trigger has to wake it. */
async function parkedStarts(wasmPath: string, runs: number, runnerPool: number): Promise<number[]> {
  const guests = openGuests({ runnerPool, parkAfterMs: 1 });
  const guest = await guests.start(wasmPath);
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    await guests.settle(runnerPool);
    const beganMs = performance.now();
    times.push((await guest.trigger()).atMs - beganMs);
  }
  await guest.stop();
  return times;
}

async function awakeStarts(wasmPath: string, runs: number): Promise<number[]> {
  const guests = openGuests({ runnerPool: 0, parkAfterMs: null });
  const guest = await guests.start(wasmPath);
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const beganMs = performance.now();
    times.push((await guest.trigger()).atMs - beganMs);
  }
  await guest.stop();
  return times;
}
