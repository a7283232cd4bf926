import {
  type CoreType,
  FLAT_PARAMS_MAX,
  FLAT_RESULTS_MAX,
  type FuncType,
  flattenAll,
  sequenceLayout,
} from '@wherry/protocol/admission';
import { allocate, bytesAt, type CallContext, expectAligned } from './context.ts';
import { fieldPlaces, liftFlat, liftFromMemory, type Next } from './lift.ts';
import { lowerFlat, lowerToMemory } from './lower.ts';
import { type CoreValue, coreValue } from './reinterpret.ts';
import { trap } from './trap.ts';

/** How the values of one function travel: as core values, or through memory when they are too many (CanonicalABI.md, "Flattening"). */
export interface Passing {
  readonly type: FuncType;
  /** Core types of the parameters; null: one pointer to them. */
  readonly params: readonly CoreType[] | null;
  /** Core types of the result; null: through memory. */
  readonly results: readonly CoreType[] | null;
}

export function passingOf(types: CallContext['types'], type: FuncType): Passing {
  const params = flattenAll(types, type.params);
  const results = type.result === null ? [] : flattenAll(types, [type.result]);
  return {
    type,
    params: params !== null && params.length <= FLAT_PARAMS_MAX ? params : null,
    results: results !== null && results.length <= FLAT_RESULTS_MAX ? results : null,
  };
}

/** Arguments that a guest passed. */
export function liftParams(context: CallContext, { type, params }: Passing, args: readonly unknown[]): unknown[] {
  if (params !== null) {
    const next = reader(args);
    return type.params.map((param) => liftFlat(context, param, next));
  }
  const pointer = coreValue(args[0], 'i32') as number;
  const { sizeBytes, alignBytes } = sequenceLayout(context.types, type.params);
  expectAligned(pointer, alignBytes);
  bytesAt(context, pointer, sizeBytes);
  const at = fieldPlaces(context, type.params, pointer >>> 0);
  return type.params.map((param) => liftFromMemory(context, param, at()));
}

/** Arguments for a guest. */
export function lowerParams(context: CallContext, { type, params }: Passing, values: readonly unknown[]): CoreValue[] {
  if (params !== null) {
    const out: CoreValue[] = [];
    for (const [i, param] of type.params.entries()) lowerFlat(context, param, values[i], out);
    return out;
  }
  const { sizeBytes, alignBytes } = sequenceLayout(context.types, type.params);
  const pointer = allocate(context, alignBytes, sizeBytes);
  const at = fieldPlaces(context, type.params, pointer);
  for (const [i, param] of type.params.entries()) lowerToMemory(context, param, values[i], at());
  return [pointer];
}

/** What a guest's function returned. */
export function liftResult(context: CallContext, { type, results }: Passing, raw: unknown): unknown {
  if (type.result === null) return undefined;
  if (results !== null) return liftFlat(context, type.result, reader([raw]));
  const pointer = coreValue(raw, 'i32') as number;
  expectPlace(context, type.result, pointer);
  return liftFromMemory(context, type.result, pointer >>> 0);
}

/** The result of a function that a guest called: a core value, or bytes where its last argument points. */
export function lowerResult(
  context: CallContext,
  { type, params, results }: Passing,
  value: unknown,
  args: readonly unknown[],
): CoreValue | undefined {
  if (type.result === null) return undefined;
  if (results !== null) {
    const out: CoreValue[] = [];
    lowerFlat(context, type.result, value, out);
    return out[0];
  }
  const pointer = coreValue(args[params === null ? 1 : params.length], 'i32') as number;
  expectPlace(context, type.result, pointer);
  lowerToMemory(context, type.result, value, pointer >>> 0);
  return undefined;
}

function expectPlace(context: CallContext, type: number, pointer: number): void {
  const { sizeBytes, alignBytes } = sequenceLayout(context.types, [type]);
  expectAligned(pointer, alignBytes);
  bytesAt(context, pointer, sizeBytes);
}

function reader(args: readonly unknown[]): Next {
  let at = 0;
  return (type) => {
    if (at >= args.length) trap('a core function was called with too few values');
    return coreValue(args[at++], type);
  };
}
