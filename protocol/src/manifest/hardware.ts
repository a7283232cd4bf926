import { z } from 'zod';
import { LIMITS } from '../limits.ts';

/**
 * Hardware that a release asks for and a device has, by name: a release says `led`, and the owner of each device says which line
 * of which chip that is. So one release fits boards that are wired differently, and no guest ever names a device file.
 */
const HARDWARE_NAME = /^[a-z][a-z0-9_-]{0,31}$/;
export const hardwareName = z
  .string()
  .regex(HARDWARE_NAME, 'name of hardware: a small letter, then small letters, digits, "_" and "-", at most 32');

export const GPIO_DIRECTIONS = ['in', 'out'] as const;

/** Seven bits, without those that the bus keeps for itself (I2C specification, table 4). */
const address = z.int().min(0x08, 'the addresses of I2C devices begin at 0x08').max(0x77, 'and end at 0x77');

const few = <T extends object>(record: T) => Object.keys(record).length <= LIMITS.hardwareNames;
const tooMany = { error: `name at most ${LIMITS.hardwareNames}` };

export const gpioGrant = z.record(hardwareName, z.enum(GPIO_DIRECTIONS)).refine(few, tooMany);
/** Name of a bus → addresses on it. */
export const i2cGrant = z
  .record(hardwareName, z.array(address).min(1).max(LIMITS.grantsPerCapability))
  .refine(few, tooMany);
export const serialGrant = z.array(hardwareName).max(LIMITS.hardwareNames);

/** What a device has, as it tells in its inventory. `any` is a pin that may be either. */
export const hardwareInventory = z.strictObject({
  gpio: z.record(hardwareName, z.enum([...GPIO_DIRECTIONS, 'any'])).refine(few, tooMany),
  i2c: z.array(hardwareName).max(LIMITS.hardwareNames),
  serial: z.array(hardwareName).max(LIMITS.hardwareNames),
});

export type GpioDirection = (typeof GPIO_DIRECTIONS)[number];
export type HardwareInventory = z.infer<typeof hardwareInventory>;

export interface HardwareGrants {
  readonly gpio?: Readonly<Record<string, GpioDirection>> | undefined;
  readonly i2c?: Readonly<Record<string, readonly number[]>> | undefined;
  readonly serial?: readonly string[] | undefined;
}

/** What of the hardware that a release asks for a device does not have, in one sentence; null when nothing is missing. */
export function missingHardware(asked: HardwareGrants, present: HardwareInventory | undefined): string | null {
  for (const [name, direction] of Object.entries(asked.gpio ?? {})) {
    const has = present && Object.hasOwn(present.gpio, name) ? present.gpio[name] : undefined;
    if (has === undefined) return `it has no pin named ${name}`;
    if (has !== 'any' && has !== direction) return `its pin ${name} is for "${has}", not for "${direction}"`;
  }
  const bus = Object.keys(asked.i2c ?? {}).find((name) => !present?.i2c.includes(name));
  if (bus !== undefined) return `it has no I2C bus named ${bus}`;
  const port = (asked.serial ?? []).find((name) => !present?.serial.includes(name));
  return port === undefined ? null : `it has no serial device named ${port}`;
}

export function asksForHardware({ gpio, i2c, serial }: HardwareGrants): boolean {
  return Object.keys(gpio ?? {}).length + Object.keys(i2c ?? {}).length + (serial?.length ?? 0) > 0;
}
