import type { CoreType } from '@wherry/protocol/admission';
import { trap } from './trap.ts';

/** Core values as JavaScript has them: i64 is a bigint, everything else a number. */
export type CoreValue = number | bigint;

const scratch = new DataView(new ArrayBuffer(8));

/** A value that a guest passed, as the type it should have; a guest may have declared its function otherwise. */
export function coreValue(value: unknown, type: CoreType): CoreValue {
  if (typeof value !== (type === 'i64' ? 'bigint' : 'number')) trap(`a core value is not of type ${type}`);
  return value as CoreValue;
}

/** Bits of a value of the narrower type `from`, in the type `to` that several cases share (CanonicalABI.md, "join"). */
export function widen(value: CoreValue, from: CoreType, to: CoreType): CoreValue {
  if (from === to) return value;
  if (from === 'f64') {
    scratch.setFloat64(0, value as number);
    return scratch.getBigUint64(0);
  }
  if (from === 'f32') scratch.setFloat32(0, value as number);
  else scratch.setInt32(0, value as number);
  return to === 'i64' ? BigInt(scratch.getUint32(0)) : scratch.getInt32(0);
}

/** The way back. */
export function narrow(value: CoreValue, from: CoreType, to: CoreType): CoreValue {
  if (from === to) return value;
  if (from === 'i32') scratch.setInt32(0, value as number);
  else scratch.setBigUint64(0, BigInt.asUintN(64, value as bigint));
  if (to === 'f64') return scratch.getFloat64(0);
  const low = from === 'i64' ? 4 : 0;
  return to === 'f32' ? scratch.getFloat32(low) : scratch.getInt32(low);
}
