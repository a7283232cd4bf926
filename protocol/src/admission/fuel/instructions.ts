import { type ByteReader, ModuleRefusal } from '../byte-reader.ts';

/**
 * How far an instruction reaches: its immediates, by opcode (core specification 5.4). What is not in these tables is refused, so that
 * nothing is copied into a counted module without being understood.
 */
export const OP = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i64Const: 0x42,
  i64LtS: 0x53,
  i64Sub: 0x7d,
  i64ShrU: 0x88,
  i64ExtendU: 0xad,
  bulk: 0xfc,
} as const;

/** Sub-opcodes of 0xfc whose last operand is a length: init, copy and fill of memories and tables, and table.grow. */
const SIZED: ReadonlySet<number> = new Set([8, 10, 11, 12, 14, 15, 17]);
const BULK_INDICES: Readonly<Record<number, number>> = {
  8: 2,
  9: 1,
  10: 2,
  11: 1,
  12: 2,
  13: 1,
  14: 2,
  15: 1,
  16: 1,
  17: 1,
};

/** Skips the immediates of an instruction that neither branches nor names a variable. True when it works on a length from the stack. */
export function skipImmediates(op: number, reader: ByteReader): boolean {
  if ((op >= 0x45 && op <= 0xc4) || op === 0x1a || op === 0x1b || op === 0xd1) return false;
  if (op >= 0x28 && op <= 0x3e) skipMemoryArgument(reader);
  else if (op === OP.i32Const || op === OP.i64Const || op === 0xd0) skipNumber(reader);
  else if (op === 0x43) reader.skip(4);
  else if (op === 0x44) reader.skip(8);
  else if (op === 0x25 || op === 0x26 || op === 0x3f || op === 0x40 || op === 0xd2) reader.u32();
  else if (op === 0x1c) reader.skip(reader.u32());
  else if (op === OP.bulk) return skipBulk(reader);
  else if (op === 0xfd) skipVector(reader);
  else if (op === 0xfe) skipAtomic(reader);
  else throw refusedOpcode(op.toString(16));
  return false;
}

/** A LEB128 number of any sign, up to 64 bits. */
export function skipNumber(reader: ByteReader): void {
  for (let length = 0; length < 10; length++) if (reader.byte() < 0x80) return;
  throw new ModuleRefusal('module_malformed', `a number at byte ${reader.at} is longer than 64 bits`);
}

function skipMemoryArgument(reader: ByteReader): void {
  if (reader.u32() & 0x40) reader.u32();
  skipNumber(reader);
}

function skipBulk(reader: ByteReader): boolean {
  const sub = reader.u32();
  if (sub <= 7) return false;
  const indices = BULK_INDICES[sub];
  if (indices === undefined) throw refusedOpcode(`fc ${sub}`);
  for (let i = 0; i < indices; i++) reader.u32();
  return SIZED.has(sub);
}

function skipVector(reader: ByteReader): void {
  const sub = reader.u32();
  if (sub <= 11 || sub === 92 || sub === 93) skipMemoryArgument(reader);
  else if (sub === 12 || sub === 13) reader.skip(16);
  else if (sub >= 21 && sub <= 34) reader.byte();
  else if (sub >= 84 && sub <= 91) {
    skipMemoryArgument(reader);
    reader.byte();
  } else if (sub > 255)
    throw new ModuleRefusal(
      'feature_refused',
      'relaxed vector instructions give other results on other machines, so they cannot be counted alike: compile without relaxed-simd, or without limits.fuel',
    );
}

function skipAtomic(reader: ByteReader): void {
  if (reader.u32() === 3) reader.byte();
  else skipMemoryArgument(reader);
}

export function refusedOpcode(code: string): ModuleRefusal {
  return new ModuleRefusal(
    'feature_refused',
    `instruction 0x${code} cannot be counted: compile without exceptions and garbage-collected types, or without limits.fuel`,
  );
}
