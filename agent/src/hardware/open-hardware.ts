import type { Logger } from '../logs/logger.ts';
import { HardwareClaims } from './claims.ts';
import { type HardwareConfig, isEmpty, presentIn } from './config.ts';
import { FakeHardware, sinceFirstUse } from './fake/hardware.ts';
import type { HardwareScript } from './fake/script.ts';

/** The hardware of this device as its owner configured it; null when there is none. A fake one takes the place of the real one. */
export async function openHardware(
  { hardware, fakeHardware }: { readonly hardware: HardwareConfig; readonly fakeHardware?: HardwareScript | undefined },
  log: Logger,
): Promise<HardwareClaims | null> {
  if (fakeHardware !== undefined) {
    const onAction = (line: string) => log.info({ hardware: line }, 'fake hardware');
    return new HardwareClaims(new FakeHardware(fakeHardware, { elapsedMs: sinceFirstUse(), onAction }));
  }
  if (isEmpty(presentIn(hardware))) return null;
  try {
    const { createKernelHardware } = await import('./kernel/hardware.ts');
    return new HardwareClaims(await createKernelHardware(hardware));
  } catch (error) {
    // Programs that need no hardware run all the same.
    log.error({ err: error }, 'open hardware: this device offers none until the agent starts again');
    return null;
  }
}
