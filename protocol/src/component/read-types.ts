import type { ByteReader } from '../admission/byte-reader.ts';
import { COMPONENT_BOUNDS as BOUNDS } from './bounds.ts';
import {
  type AliasNode,
  type Declaration,
  type Labelled,
  PRIMITIVES,
  type Primitive,
  type TypeNode,
  type ValueNode,
} from './definitions.ts';
import { malformed, readComponentSort, readExtern, readExternName, readVector, unsupported } from './read-parts.ts';

/** Section 7: types of values, functions, resources, instances and components (component model, Binary.md, "type"). */
const I32 = 0x7f;

export function readType(reader: ByteReader, depth: number): TypeNode {
  const code = reader.byte();
  const primitive = primitiveOf(code);
  if (primitive !== undefined) return { is: 'value', shape: { is: primitive } };
  switch (code) {
    case 0x72:
      return { is: 'value', shape: { is: 'record', fields: readLabelled(reader, 'fields') } };
    case 0x71:
      return { is: 'value', shape: { is: 'variant', cases: readVector(reader, 'cases', () => readCase(reader)) } };
    case 0x70:
      return { is: 'value', shape: { is: 'list', item: readValue(reader) } };
    case 0x6f:
      return { is: 'value', shape: { is: 'tuple', items: readVector(reader, 'items', () => readValue(reader)) } };
    case 0x6e:
      return { is: 'value', shape: { is: 'flags', labels: readVector(reader, 'flags', () => reader.name()) } };
    case 0x6d:
      return { is: 'value', shape: { is: 'enum', labels: readVector(reader, 'cases', () => reader.name()) } };
    case 0x6b:
      return { is: 'value', shape: { is: 'option', item: readValue(reader) } };
    case 0x6a:
      return { is: 'value', shape: { is: 'result', ok: readOptional(reader), err: readOptional(reader) } };
    case 0x69:
      return { is: 'value', shape: { is: 'own', resource: reader.u32() } };
    case 0x68:
      return { is: 'value', shape: { is: 'borrow', resource: reader.u32() } };
    case 0x40:
      return { is: 'func', params: readLabelled(reader, 'parameters'), result: readResult(reader) };
    case 0x3f:
      return readResource(reader);
    case 0x42:
    case 0x41:
      return readDeclarations(reader, code === 0x42, depth);
    case 0x43:
    case 0x64:
    case 0x65:
    case 0x66:
      throw unsupported('async functions, streams and futures of WASI 0.3 are not supported: build for WASI 0.2');
    case 0x67:
    case 0x63:
      throw unsupported('lists of fixed length and maps are not supported: build for WASI 0.2');
    default:
      throw malformed(`unknown type 0x${code.toString(16)}`);
  }
}

function primitiveOf(code: number): Primitive | undefined {
  return (PRIMITIVES as Readonly<Record<number, Primitive>>)[code];
}

/** Primitives are negative numbers of one byte (0x40 to 0x7f), indices are LEB128 of 33 bits and not negative. */
function readValue(reader: ByteReader): ValueNode {
  const first = reader.byte();
  if (first < 0x40) return first;
  if (first < 0x80) {
    const primitive = primitiveOf(first);
    if (primitive !== undefined) return primitive;
    throw unsupported(`a value of type 0x${first.toString(16)} is not supported`);
  }
  let value = first & 0x7f;
  for (let shift = 7; shift < 35; shift += 7) {
    const byte = reader.byte();
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) {
      if ((byte & 0x40) !== 0 || value >= 2 ** 32)
        throw malformed(`a type index at byte ${reader.at} is negative or too large`);
      return value;
    }
  }
  throw malformed(`a type index at byte ${reader.at} is longer than 33 bits`);
}

function readOptional(reader: ByteReader): ValueNode | null {
  const flag = reader.byte();
  if (flag > 1) throw malformed(`a flag of ${flag}, where 0 or 1 says whether a type follows`);
  return flag === 0 ? null : readValue(reader);
}

function readLabelled(reader: ByteReader, what: string): Labelled<ValueNode>[] {
  return readVector(reader, what, () => ({ label: reader.name(), type: readValue(reader) }));
}

function readCase(reader: ByteReader): Labelled<ValueNode | null> {
  const label = reader.name();
  const type = readOptional(reader);
  if (reader.byte() !== 0) throw unsupported('cases that refine others are not supported');
  return { label, type };
}

function readResult(reader: ByteReader): ValueNode | null {
  const form = reader.byte();
  if (form === 0) return readValue(reader);
  if (form !== 1 || reader.byte() !== 0) throw unsupported('functions with several named results are not supported');
  return null;
}

function readResource(reader: ByteReader): TypeNode {
  if (reader.byte() !== I32) throw unsupported('resources are represented by i32 only');
  const flag = reader.byte();
  if (flag > 1) throw malformed(`a flag of ${flag}, where 0 or 1 says whether a destructor follows`);
  return { is: 'resource', destructor: flag === 0 ? null : reader.u32() };
}

/** The type of an instance. That of a component is read past only: nothing here takes a component as an argument. */
function readDeclarations(reader: ByteReader, isInstance: boolean, depth: number): TypeNode {
  if (depth >= BOUNDS.depth) throw unsupported(`types inside types are supported to a depth of ${BOUNDS.depth}`);
  const declarations: Declaration[] = [];
  const count = reader.count('declarations of one type', BOUNDS.listed);
  for (let i = 0; i < count; i++) {
    const form = reader.byte();
    if (form === 0x01) declarations.push({ is: 'type', type: readType(reader, depth + 1) });
    else if (form === 0x02) declarations.push(readAliasIn(reader));
    else if (form === 0x04) {
      const name = readExternName(reader);
      declarations.push({ is: 'export', name, extern: readExtern(reader) });
    } else if (form === 0x03 && !isInstance) {
      readExternName(reader);
      readExtern(reader);
    } else if (form === 0x00) throw unsupported('core types inside types are not supported');
    else throw malformed(`unknown declaration ${form} in a type`);
  }
  return isInstance ? { is: 'instance', declarations } : { is: 'component' };
}

function readAliasIn(reader: ByteReader): AliasNode {
  const sort = readComponentSort(reader);
  const alias = readAliasTarget(reader, sort);
  if (alias === null) throw malformed('a type cannot name the exports of a core instance');
  return alias;
}

/** What follows the sort of an alias; null when it is the export of a core instance. */
export function readAliasTarget(reader: ByteReader, sort: AliasNode['sort']): AliasNode | null {
  const target = reader.byte();
  if (target === 0) return { is: 'alias export', sort, instance: reader.u32(), name: reader.name() };
  if (target === 1) return null;
  if (target !== 2) throw malformed(`unknown alias ${target}`);
  return { is: 'alias outer', sort, outward: reader.u32(), index: reader.u32() };
}
