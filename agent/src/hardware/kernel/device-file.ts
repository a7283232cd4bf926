import { constants, openSync } from 'node:fs';
import { HardwareFault } from '../port.ts';

/** Opens a character device; never creates, never becomes a controlling terminal, never waits. */
export function openDevice(path: string, what: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch (error) {
    throw fault(error, `open ${what} at ${path}`);
  }
}

export function fault(error: unknown, doing: string): HardwareFault {
  const { code } = error as NodeJS.ErrnoException;
  const reason = code === 'ENOENT' || code === 'ENODEV' ? 'missing' : code === 'EBUSY' ? 'busy' : 'failed';
  return new HardwareFault(reason, `${doing}: ${code ?? String(error)}`, { cause: error });
}
