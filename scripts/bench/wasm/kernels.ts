import { spawnSync } from 'node:child_process';
import { median, rounded } from '../statistics.ts';
import { openGuests } from './guests.ts';
import { compileProgram, KERNELS, type Program } from './programs.ts';

export interface KernelTime {
  readonly name: string;
  readonly wasmMs: number;
  readonly nativeMs: number;
  /** 1 is as fast as native. */
  readonly ratio: number;
}

/** The same C, as a guest and native, in turns; medians. Both must compute the same. */
export async function measureKernels(folder: string, rounds: number): Promise<KernelTime[]> {
  const times: KernelTime[] = [];
  for (const name of KERNELS) times.push(await measureKernel(name, compileProgram(name, folder), rounds));
  return times;
}

async function measureKernel(name: string, program: Program, rounds: number): Promise<KernelTime> {
  const guest = await openGuests({ runnerPool: 0, parkAfterMs: null }).start(program.wasmPath);
  const wasm: number[] = [];
  const native: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const asGuest = readResult((await guest.trigger()).line);
    const asProgram = readResult(spawnSync(program.nativePath, { encoding: 'utf8' }).stderr);
    if (asGuest.value !== asProgram.value)
      throw new Error(`${name}: the guest computed ${asGuest.value}, the native program ${asProgram.value}`);
    wasm.push(asGuest.tookMs);
    native.push(asProgram.tookMs);
  }
  await guest.stop();
  const [wasmMs, nativeMs] = [median(wasm), median(native)];
  return { name, wasmMs: rounded(wasmMs), nativeMs: rounded(nativeMs), ratio: rounded(wasmMs / nativeMs, 2) };
}

function readResult(line: string): { tookMs: number; value: string } {
  const [took = '', value = ''] = line.trim().split(' ');
  return { tookMs: Number(took), value };
}
