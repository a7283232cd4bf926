import { median, rounded } from '../statistics.ts';
import { openGuests } from './guests.ts';
import { compileProgram, KERNELS } from './programs.ts';

/** The same guest with its instructions counted and without: 1 costs nothing. */
export interface FuelCost {
  readonly name: string;
  readonly ratio: number;
}

const PLENTY = Number.MAX_SAFE_INTEGER;

export async function measureFuelCost(folder: string, rounds: number): Promise<FuelCost[]> {
  const costs: FuelCost[] = [];
  for (const name of KERNELS) {
    const { wasmPath } = compileProgram(name, folder);
    const [plain, counted] = [await opened(wasmPath, {}), await opened(wasmPath, { fuel: PLENTY })];
    const [plainMs, countedMs]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      plainMs.push(await timeOf(plain));
      countedMs.push(await timeOf(counted));
    }
    await Promise.all([plain.stop(), counted.stop()]);
    costs.push({ name, ratio: rounded(median(countedMs) / median(plainMs), 2) });
  }
  return costs;
}

function opened(wasmPath: string, terms: { readonly fuel?: number }) {
  return openGuests({ runnerPool: 0, parkAfterMs: null }).start(wasmPath, terms);
}

async function timeOf(guest: { trigger(): Promise<{ readonly line: string }> }): Promise<number> {
  return Number((await guest.trigger()).line.trim().split(' ')[0]);
}
