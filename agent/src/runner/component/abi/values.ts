/**
 * Values of the component model as the host sees them: bool, numbers (64 bits as bigint), string, Uint8Array for bytes, arrays for lists
 * and tuples, objects for records, labels for enums, a number of bits for flags; option, result and variant are cases. A handle is
 * what it stands for: an object of the host, or a number that the component which defined the resource chose.
 */
export interface Case {
  readonly tag: string;
  readonly value?: unknown;
}

export const NONE: Case = { tag: 'none' };

export function some(value: unknown): Case {
  return { tag: 'some', value };
}

export function optional(value: unknown): Case {
  return value === null || value === undefined ? NONE : some(value);
}

export function ok(value?: unknown): Case {
  return { tag: 'ok', value };
}

export function err(value?: unknown): Case {
  return { tag: 'err', value };
}
