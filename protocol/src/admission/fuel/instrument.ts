import { type Outcome, refuse, succeed } from '../../errors.ts';
import { ByteReader, ModuleRefusal } from '../byte-reader.ts';
import { type ModuleShape, SECTION, type Section } from '../module.ts';
import { readModule } from '../read-module.ts';
import { BytesOut } from './bytes-out.ts';
import { countFunction } from './count-function.ts';

/**
 * A module that counts its own instructions. It gets a mutable global, exported as FUEL_EXPORT, that holds what a call may still use
 * and is set by the host before each call; below zero the guest traps. Its start function becomes an ordinary export, START_EXPORT,
 * which the host calls after instantiation, so that the count can be read when it is the start that runs out. Custom sections are
 * dropped: their offsets would be wrong. Guest code cannot name the counter (segments.ts), and a trap cannot be caught by a guest.
 */
export const FUEL_EXPORT = 'wherry:fuel';
export const START_EXPORT = 'wherry:start';

const I64 = 0x7e;
const MUTABLE = 1;
const I64_CONST = 0x42;
const END = 0x0b;
const KIND = { function: 0, global: 3 } as const;

/** `bytes` are those of a module that admission takes. Codes: feature_refused, import_refused, module_malformed, module_too_large. */
export function countInstructions(bytes: Uint8Array, fuel: number): Outcome<Uint8Array> {
  try {
    return succeed(instrument(bytes, readModule(bytes), fuel));
  } catch (error) {
    if (error instanceof ModuleRefusal) return refuse(error.code, error.message);
    throw error;
  }
}

function instrument(bytes: Uint8Array, shape: ModuleShape, fuel: number): Uint8Array {
  const taken = shape.exports.find(({ name }) => name === FUEL_EXPORT || name === START_EXPORT);
  if (taken) throw new ModuleRefusal('module_malformed', `export ${taken.name} has a reserved name`);
  if (shape.imports.some(({ kind }) => kind === 'global'))
    throw new ModuleRefusal('import_refused', 'a module whose instructions are counted brings its own globals');
  const sections = new Map(shape.sections.filter(({ id }) => id !== SECTION.custom).map((each) => [each.id, each]));
  const contentOf = (id: number) => readerOf(bytes, sections.get(id));
  const globals = countOf(contentOf(SECTION.global));
  expectOwnGlobals(contentOf(SECTION.export), globals);
  const out = new BytesOut(bytes.length * 2);
  out.copy(bytes.subarray(0, 8));
  const start = contentOf(SECTION.start)?.u32();
  for (const id of ORDER) {
    const content = contentOf(id);
    if (id === SECTION.global) section(out, id, withGlobal(content, bytes, fuel));
    else if (id === SECTION.export) section(out, id, withExports(content, bytes, globals, start));
    else if (id === SECTION.code && content)
      section(out, id, countedCode(content, bytes, globals, paramsOf(contentOf)));
    else if (content) copySection(out, bytes, sections.get(id) as Section);
  }
  return out.taken();
}

/** All but `start`, in the order that the format wants (core specification 5.5.16). */
const ORDER: readonly number[] = [
  SECTION.type,
  SECTION.import,
  SECTION.function,
  SECTION.table,
  SECTION.memory,
  SECTION.global,
  SECTION.export,
  SECTION.element,
  SECTION.dataCount,
  SECTION.code,
  SECTION.data,
];

function readerOf(bytes: Uint8Array, section: Section | undefined): ByteReader | undefined {
  if (section === undefined) return undefined;
  const reader = new ByteReader(bytes, section.start + 1, section.end);
  reader.u32();
  return reader;
}

function countOf(content: ByteReader | undefined): number {
  return content?.u32() ?? 0;
}

/** The counter's index names nothing in the guest's own module, and must not become an export of its. */
function expectOwnGlobals(exports: ByteReader | undefined, globals: number): void {
  for (let left = countOf(exports); exports && left > 0; left--) {
    exports.name();
    const kind = exports.byte();
    const index = exports.u32();
    if (kind === KIND.global && index >= globals)
      throw new ModuleRefusal('module_malformed', `an export names global ${index}, which does not exist`);
  }
}

function section(out: BytesOut, id: number, content: BytesOut): void {
  out.byte(id).u32(content.length).copy(content.taken());
}

function copySection(out: BytesOut, bytes: Uint8Array, { start, end }: Section): void {
  out.copy(bytes.subarray(start, end));
}

function withGlobal(content: ByteReader | undefined, bytes: Uint8Array, fuel: number): BytesOut {
  const out = new BytesOut(64 + (content?.left ?? 0));
  out.u32(countOf(content) + 1);
  if (content) out.copy(bytes.subarray(content.at, content.end));
  return out.byte(I64).byte(MUTABLE).byte(I64_CONST).positive(fuel).byte(END);
}

function withExports(
  content: ByteReader | undefined,
  bytes: Uint8Array,
  fuelGlobal: number,
  start: number | undefined,
): BytesOut {
  const out = new BytesOut(64 + (content?.left ?? 0));
  out.u32(countOf(content) + (start === undefined ? 1 : 2));
  if (content) out.copy(bytes.subarray(content.at, content.end));
  named(out, FUEL_EXPORT).byte(KIND.global).u32(fuelGlobal);
  if (start !== undefined) named(out, START_EXPORT).byte(KIND.function).u32(start);
  return out;
}

function named(out: BytesOut, name: string): BytesOut {
  const text = new TextEncoder().encode(name);
  return out.u32(text.length).copy(text);
}

/** Parameters of each function that the module defines. */
function paramsOf(contentOf: (id: number) => ByteReader | undefined): number[] {
  const types = contentOf(SECTION.type);
  const byType: number[] = [];
  for (let left = countOf(types); types && left > 0; left--) {
    types.byte();
    const params = types.u32();
    byType.push(params);
    types.skip(params);
    types.skip(types.u32());
  }
  const functions = contentOf(SECTION.function);
  const byFunction: number[] = [];
  for (let left = countOf(functions); functions && left > 0; left--) byFunction.push(byType[functions.u32()] ?? 0);
  return byFunction;
}

function countedCode(content: ByteReader, bytes: Uint8Array, globals: number, params: readonly number[]): BytesOut {
  const out = new BytesOut(content.left * 2);
  const count = content.u32();
  out.u32(count);
  for (let i = 0; i < count; i++) {
    const body = content.part(content.u32());
    const counted = new BytesOut(body.left * 2);
    countFunction({ bytes, start: body.at, end: body.end, params: params[i] ?? 0, globals }, body, counted);
    out.u32(counted.length).copy(counted.taken());
  }
  return out;
}
