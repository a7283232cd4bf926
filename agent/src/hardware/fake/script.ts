import { hardwareName, LIMITS } from '@wherry/protocol';
import { z } from 'zod';

/**
 * What fake hardware is and does: pins that change at given times, I2C devices of 256 registers, serial devices that send text.
 *
 *   gpio:   { button: { direction: in, changes: [{ atMs: 500, active: true }] }, led: { direction: out } }
 *   i2c:    { sensors: { 0x48: { 0: [0x19, 0x80] } } }      # address → register → bytes from there on
 *   serial: { gps: { sends: [{ atMs: 0, text: "$GPGGA\r\n" }], echoes: false } }
 */
const atMs = () => z.int().min(0).max(86_400_000).default(0);
const list = <T extends z.ZodType>(of: T) => z.array(of).max(1_000).default([]);
const byte = () => z.int().min(0).max(255);

/** Keys of JSON are texts, keys of YAML numbers: `0x48` and `72` are the same. */
const register = () =>
  z.string().refine((text) => Number.isInteger(Number(text)) && Number(text) >= 0 && Number(text) < 256, {
    error: 'write a number from 0 to 0xff',
  });

export const hardwareScript = () =>
  z.strictObject({
    gpio: z
      .record(
        hardwareName,
        z.strictObject({
          direction: z.enum(['in', 'out', 'any']).default('any'),
          changes: list(z.strictObject({ atMs: atMs(), active: z.boolean() })),
        }),
      )
      .default({}),
    i2c: z.record(hardwareName, z.record(register(), z.record(register(), z.array(byte()).max(256)))).default({}),
    serial: z
      .record(
        hardwareName,
        z.strictObject({
          sends: list(z.strictObject({ atMs: atMs(), text: z.string().max(LIMITS.serialBytes) })),
          echoes: z.boolean().default(false),
        }),
      )
      .default({}),
  });

export type HardwareScript = z.output<ReturnType<typeof hardwareScript>>;
