import { readFileSync } from 'node:fs';
import { median } from '../statistics.ts';
import { type Guest, type Guests, openGuests } from './guests.ts';
import type { Program } from './programs.ts';

const MB = 1e6;

/** What one idle program costs in memory that it shares with nobody, MB: the median of several at once. */
export async function privateMemoryMb({ wasmPath }: Program, count: number): Promise<number> {
  const guests = openGuests({ runnerPool: 0, parkAfterMs: null });
  const running: Guest[] = [];
  for (let n = 0; n < count; n++) {
    const guest = await guests.start(wasmPath);
    await guest.trigger();
    running.push(guest);
  }
  await guests.settle(count);
  const sizes = guests.runners().map((pid) => memoryOf(pid).privateBytes / MB);
  for (const guest of running) await guest.stop();
  return median(sizes);
}

/**
 * What many event-driven programs cost an agent, MB: their runners (PSS), those that wait for a module included, and the growth of
 * this process, which is in the agent's place. Highest of what was seen after each round of triggers to all of them.
 */
export async function manyProgramsMb({ wasmPath }: Program, count: number): Promise<number> {
  const guests = openGuests({ runnerPool: 1, parkAfterMs: 60_000 });
  const first = await guests.start(wasmPath);
  const before = memoryOf(process.pid).pssBytes;
  const running = [first];
  let most = 0;
  for (let n = 1; n < count; n++) running.push(await guests.start(wasmPath));
  for (let round = 0; round < 2; round++) {
    await Promise.all(running.map((guest) => guest.trigger()));
    const pss = await restingPss(guests);
    most = Math.max(most, pss + memoryOf(process.pid).pssBytes - before);
  }
  for (const guest of running) await guest.stop();
  return most / MB;
}

async function restingPss(guests: Guests): Promise<number> {
  await guests.settle(guests.runners().length);
  return guests.runners().reduce((sum, pid) => sum + memoryOf(pid).pssBytes, 0);
}

function memoryOf(pid: number): { readonly pssBytes: number; readonly privateBytes: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
  return { pssBytes: bytes('Pss'), privateBytes: bytes('Private_Clean') + bytes('Private_Dirty') };
}
