import { z } from 'zod';
import type { Outcome } from '../errors.ts';

/** A field of `wherry.yaml` that is written as a quantity with a unit and read as a number of base units within bounds. */
export function quantityField(spec: {
  readonly parse: (text: string) => Outcome<number>;
  readonly format: (value: number) => string;
  readonly min: number;
  readonly max: number;
  /** How to write it, for a value that has no unit or is no text. */
  readonly example: string;
}) {
  return z.unknown().transform((written, context): number => {
    const fail = (message: string): never => {
      context.addIssue({ code: 'custom', message, params: { code: 'invalid_quantity' } });
      return z.NEVER;
    };
    if (written === undefined) return fail(`it is missing: write it like ${spec.example}`);
    if (typeof written !== 'string')
      return fail(`${JSON.stringify(written)} has no unit: write it like ${spec.example}`);
    const read = spec.parse(written);
    if (!read.ok) return fail(read.problems[0]?.message ?? `write it like ${spec.example}`);
    if (read.value < spec.min || read.value > spec.max)
      return fail(`${written} is out of range: write ${spec.format(spec.min)} to ${spec.format(spec.max)}`);
    return read.value;
  });
}
