import type { WasiContext, WasiFunctions } from './context.ts';
import { ERRNO, WasiError } from './errno.ts';
import { CLOCK } from './layout.ts';

/** Time of a clock, ns. */
export function clockNs(id: number): bigint {
  switch (id) {
    case CLOCK.realtime:
      return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
    case CLOCK.monotonic:
      return process.hrtime.bigint();
    case CLOCK.processCputime:
    case CLOCK.threadCputime: {
      const { user, system } = process.cpuUsage();
      return BigInt(user + system) * 1000n;
    }
    default:
      throw new WasiError(ERRNO.inval);
  }
}

export function clockFunctions({ memory }: WasiContext): WasiFunctions {
  return {
    clock_res_get: (id: number, resultAt: number) => {
      clockNs(id);
      memory.setU64(resultAt, id === CLOCK.monotonic ? 1n : 1000n);
    },
    clock_time_get: (id: number, _precision: bigint, resultAt: number) => memory.setU64(resultAt, clockNs(id)),
  };
}
