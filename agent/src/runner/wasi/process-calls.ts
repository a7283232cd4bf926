import { GuestExit } from '../guest.ts';
import { fillRandom } from '../randomness.ts';
import type { WasiContext, WasiFunctions } from './context.ts';
import { ERRNO, WasiError } from './errno.ts';

/** What a shell reports of a program that ended by a signal. */
const SIGNAL_EXIT_BASE = 128;

export function processFunctions({ memory, table }: WasiContext): WasiFunctions {
  /** There are no sockets: a descriptor is unknown, or no socket. */
  const noSocket = (fd: number) => {
    table.get(fd);
    throw new WasiError(ERRNO.notsock);
  };
  return {
    random_get: (bufferAt: number, length: number) => {
      fillRandom(memory.bytes(bufferAt, length));
    },
    sched_yield: () => {},
    proc_exit: (code: number) => {
      throw new GuestExit(code >>> 0);
    },
    proc_raise: (signal: number) => {
      throw new GuestExit(SIGNAL_EXIT_BASE + (signal & 127));
    },
    sock_accept: noSocket,
    sock_recv: noSocket,
    sock_send: noSocket,
    sock_shutdown: noSocket,
  };
}
