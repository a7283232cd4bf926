import { type HardwareInventory, hardwareName, LIMITS } from '@wherry/protocol';
import { z } from 'zod';

/**
 * `hardware` in agent.json: what the names that releases use stand for on this device. Nothing is reachable that is not named here.
 * One line of a chip has one name, and so has a serial device: two names would be two owners.
 */
const deviceFile = (kind: string) =>
  z
    .string()
    .max(256)
    .regex(/^\/dev\/[A-Za-z0-9._/-]+$/, `the device file of a ${kind}, below /dev`)
    .refine((path) => !path.split('/').includes('..'), 'without ".."');

const pin = () =>
  z.strictObject({
    chip: deviceFile('GPIO chip'),
    line: z.int().min(0).max(65_535),
    /** Which way it may be used; `any` leaves that to releases. */
    direction: z.enum(['in', 'out', 'any']).default('any'),
    /** The level that counts as active. */
    active: z.enum(['high', 'low']).default('high'),
    bias: z.enum(['none', 'up', 'down', 'as-is']).default('as-is'),
    drive: z.enum(['push-pull', 'open-drain', 'open-source']).default('push-pull'),
    /** Of an input: changes that last less are not seen. */
    debounceMs: z.int().min(0).max(1_000).default(0),
  });

const bus = () => z.strictObject({ path: deviceFile('I2C bus') });

const serial = () =>
  z.strictObject({
    path: deviceFile('serial device'),
    baud: z.int().min(50).max(4_000_000).default(9_600),
    /** May a release choose another speed? */
    fixedBaud: z.boolean().default(false),
    parity: z.enum(['none', 'even', 'odd']).default('none'),
    stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
    flowControl: z.enum(['none', 'rts-cts']).default('none'),
  });

const named = <T extends z.ZodType>(value: T) =>
  z
    .record(hardwareName, value)
    .refine((all) => Object.keys(all).length <= LIMITS.hardwareNames, `has more than ${LIMITS.hardwareNames} names`)
    .default({} as never);

/** As a function: read once, and not kept (shell/config.ts). */
export const hardwareConfig = () =>
  z
    .strictObject({ gpio: named(pin()), i2c: named(bus()), serial: named(serial()) })
    .refine(({ gpio }) => areDistinct(Object.values(gpio).map(({ chip, line }) => `${chip} ${line}`)), {
      path: ['gpio'],
      error: 'gives two names to one line',
    })
    .refine((all) => areDistinct(Object.values(all.serial).map(({ path }) => path)), {
      path: ['serial'],
      error: 'gives two names to one device',
    });

export type HardwareConfig = z.output<ReturnType<typeof hardwareConfig>>;
export type PinConfig = HardwareConfig['gpio'][string];
export type SerialConfig = HardwareConfig['serial'][string];

export function presentIn({ gpio, i2c, serial: ports }: HardwareConfig): HardwareInventory {
  return {
    gpio: Object.fromEntries(Object.entries(gpio).map(([name, { direction }]) => [name, direction])),
    i2c: Object.keys(i2c),
    serial: Object.keys(ports),
  };
}

export function isEmpty({ gpio, i2c, serial: ports }: HardwareInventory): boolean {
  return Object.keys(gpio).length + i2c.length + ports.length === 0;
}

function areDistinct(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}
