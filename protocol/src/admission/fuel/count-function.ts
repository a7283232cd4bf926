import type { ByteReader } from '../byte-reader.ts';
import { ModuleRefusal } from '../byte-reader.ts';
import type { BytesOut } from './bytes-out.ts';
import { OP } from './instructions.ts';
import { type FunctionMarks, type Mark, markFunction } from './segments.ts';

/**
 * One function body with the counting in it. A function with loops keeps the count in a local, which the compiler can keep in a
 * register, and stores it in the global wherever control leaves the function; any other counts in the global.
 */
const I32 = 0x7f;
const I64 = 0x7e;
const EMPTY_BLOCK = 0x40;
/** Bytes or elements that an instruction with a length works on for one unit of fuel: 2 to this power. */
const LENGTH_SHIFT = 4;
const SIZE_BYTES_MAX = 7 * 1024 * 1024;

export interface CountedFunction {
  readonly bytes: Uint8Array;
  /** Of the body: its groups of locals, then its instructions. */
  readonly start: number;
  readonly end: number;
  readonly params: number;
  /** Globals of the module; the counter is the next. */
  readonly globals: number;
}

export function countFunction({ bytes, params, globals, ...body }: CountedFunction, reader: ByteReader, out: BytesOut) {
  const groups = reader.u32();
  const groupsAt = reader.at;
  let locals = params;
  for (let i = 0; i < groups; i++) {
    locals += reader.u32();
    reader.byte();
  }
  const codeAt = reader.at;
  const found = markFunction(reader, { locals, globals });
  const emit = new Emitter(out, found, locals, globals);
  const began = out.length;
  out.u32(groups + (found.hasLoop ? 1 : 0) + (found.hasLength ? 1 : 0)).copy(bytes.subarray(groupsAt, codeAt));
  if (found.hasLoop) out.u32(1).byte(I64);
  if (found.hasLength) out.u32(1).byte(I32);
  if (found.hasLoop) emit.load();
  let at = codeAt;
  for (const mark of found.marks) {
    if (mark.at > at) out.copy(bytes.subarray(at, mark.at));
    at = Math.max(at, mark.at);
    emit.mark(mark);
  }
  out.copy(bytes.subarray(at, body.end));
  if (out.length - began > SIZE_BYTES_MAX)
    throw new ModuleRefusal(
      'module_too_large',
      'a function is too large to be counted: split it, or leave out limits.fuel',
    );
}

class Emitter {
  readonly #out: BytesOut;
  readonly #isLocal: boolean;
  readonly #count: number;
  readonly #length: number;
  readonly #global: number;

  constructor(out: BytesOut, { hasLoop }: FunctionMarks, locals: number, global: number) {
    this.#out = out;
    this.#isLocal = hasLoop;
    this.#count = locals;
    this.#length = locals + (hasLoop ? 1 : 0);
    this.#global = global;
  }

  mark(mark: Mark): void {
    if (mark.kind === 'charge') this.#charge(mark);
    else if (mark.kind === 'length') this.#chargeLength();
    else if (!this.#isLocal) return;
    else if (mark.kind === 'store') this.#store();
    else this.load();
  }

  load(): void {
    this.#out.byte(OP.globalGet).u32(this.#global).byte(OP.localSet).u32(this.#count);
  }

  #store(): void {
    this.#out.byte(OP.localGet).u32(this.#count).byte(OP.globalSet).u32(this.#global);
  }

  #get(): BytesOut {
    return this.#isLocal
      ? this.#out.byte(OP.localGet).u32(this.#count)
      : this.#out.byte(OP.globalGet).u32(this.#global);
  }

  #set(): BytesOut {
    return this.#isLocal
      ? this.#out.byte(OP.localSet).u32(this.#count)
      : this.#out.byte(OP.globalSet).u32(this.#global);
  }

  #charge({ cost, isChecked }: Extract<Mark, { kind: 'charge' }>): void {
    if (cost === 0) return;
    this.#get().byte(OP.i64Const).positive(cost).byte(OP.i64Sub);
    if (!isChecked) return void this.#set();
    if (this.#isLocal) this.#out.byte(OP.localTee).u32(this.#count);
    else this.#set().byte(OP.globalGet).u32(this.#global);
    this.#out.byte(OP.i64Const).byte(0).byte(OP.i64LtS).byte(OP.if).byte(EMPTY_BLOCK);
    if (this.#isLocal) this.#store();
    this.#out.byte(OP.unreachable).byte(OP.end);
  }

  #chargeLength(): void {
    this.#out.byte(OP.localTee).u32(this.#length);
    this.#get().byte(OP.localGet).u32(this.#length).byte(OP.i64ExtendU);
    this.#out.byte(OP.i64Const).byte(LENGTH_SHIFT).byte(OP.i64ShrU).byte(OP.i64Sub);
    this.#set();
  }
}
