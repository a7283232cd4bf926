import type { Browser } from './browser.ts';
import type { ControlPlane } from './control-plane.ts';
import type { FakeDevice } from './fake-device.ts';

interface Begun {
  readonly browser: Browser | undefined;
  readonly plane: ControlPlane | undefined;
  readonly devices?: Iterable<FakeDevice>;
}

/** Ends what a test file has begun, as far as it came. */
export async function tearDown({ browser, plane, devices = [] }: Begun): Promise<void> {
  await browser?.close();
  await Promise.all(Array.from(devices, (device) => device.leave()));
  await plane?.remove();
}
