import { ByteReader, ModuleRefusal } from '../admission/byte-reader.ts';
import { COMPONENT_BOUNDS as BOUNDS } from './bounds.ts';
import type { ComponentNode, Definition } from './definitions.ts';
import { readCanon } from './read-canon.ts';
import {
  malformed,
  readCoreSort,
  readExtern,
  readExternName,
  readNamed,
  readSort,
  readVector,
  unsupported,
} from './read-parts.ts';
import { readAliasTarget, readType } from './read-types.ts';

/** The first eight bytes of a component: magic, version 0x0d, layer 1. */
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const CORE_INSTANCE_ARGUMENT = 0x12;

export function isComponent(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && [0, 1, 2, 3, 6].every((at) => bytes[at] === PREAMBLE[at]);
}

/**
 * Reads the structure of a component in one pass, in time linear in its size. Core modules stay ranges of bytes. Throws
 * ModuleRefusal with module_malformed, module_too_large or feature_refused.
 */
export function readComponent(bytes: Uint8Array): ComponentNode {
  return new ComponentReader().read(new ByteReader(bytes), 0);
}

class ComponentReader {
  #sections = 0;
  #definitions = 0;

  read(reader: ByteReader, depth: number): ComponentNode {
    if (depth >= BOUNDS.depth)
      throw unsupported(`components inside components are supported to a depth of ${BOUNDS.depth}`);
    readPreamble(reader);
    const definitions: Definition[] = [];
    while (reader.left > 0) {
      this.#sections += 1;
      if (this.#sections > BOUNDS.sections)
        throw new ModuleRefusal('module_too_large', `the component has more than ${BOUNDS.sections} sections`);
      const id = reader.byte();
      const content = reader.part(reader.u32());
      const before = definitions.length;
      this.#readSection(id, content, definitions, depth);
      this.#definitions += definitions.length - before;
      if (this.#definitions > BOUNDS.definitions)
        throw new ModuleRefusal('module_too_large', `the component has more than ${BOUNDS.definitions} definitions`);
    }
    return { definitions };
  }

  #readSection(id: number, content: ByteReader, into: Definition[], depth: number): void {
    if (id === 1) {
      into.push({ is: 'core module', start: content.at, end: content.end });
      return;
    }
    if (id === 4) {
      into.push({ is: 'component', node: this.read(content, depth + 1) });
      return;
    }
    // Core types describe modules that are handed about, which nothing here does.
    if (id === 0 || id === 3) return;
    const readOne = READERS[id];
    if (readOne === undefined)
      throw id === 9 || id === 12
        ? unsupported('start functions and values of components are not supported: build for WASI 0.2')
        : malformed(`unknown section ${id} in a component`);
    const count = content.count('definitions in one section', BOUNDS.definitions);
    for (let i = 0; i < count; i++) into.push(readOne(content));
    content.expectEnd(`section ${id}`);
  }
}

const READERS: Readonly<Record<number, (reader: ByteReader) => Definition>> = {
  2: readCoreInstance,
  5: readInstance,
  6: readAlias,
  7: (reader) => ({ is: 'type', type: readType(reader, 0) }),
  8: readCanon,
  10: (reader) => ({ is: 'import', name: readExternName(reader), extern: readExtern(reader) }),
  11: readExport,
};

function readPreamble(reader: ByteReader): void {
  for (const expected of PREAMBLE)
    if (reader.byte() !== expected)
      throw new ModuleRefusal(
        'feature_refused',
        'this is not a component of the version that is supported (0x0d): build it with tools for WASI 0.2',
      );
}

function readCoreInstance(reader: ByteReader): Definition {
  const form = reader.byte();
  if (form === 0)
    return {
      is: 'core instance',
      module: reader.u32(),
      args: readVector(reader, 'arguments', () => {
        const name = reader.name();
        if (reader.byte() !== CORE_INSTANCE_ARGUMENT) throw malformed(`argument ${name} is not a core instance`);
        return { name, instance: reader.u32() };
      }),
    };
  if (form !== 1) throw malformed(`unknown form ${form} of a core instance`);
  return {
    is: 'core exports',
    exports: readVector(reader, 'exports', () => ({
      name: reader.name(),
      sort: readCoreSort(reader),
      index: reader.u32(),
    })),
  };
}

function readInstance(reader: ByteReader): Definition {
  const form = reader.byte();
  if (form === 0)
    return {
      is: 'instance',
      component: reader.u32(),
      args: readVector(reader, 'arguments', () => {
        const name = reader.name();
        const sort = readSort(reader);
        if (typeof sort !== 'string') throw malformed(`argument ${name} is a core ${sort.core}`);
        return { name, sort, index: reader.u32() };
      }),
    };
  if (form !== 1) throw malformed(`unknown form ${form} of an instance`);
  return { is: 'exports', exports: readVector(reader, 'exports', () => readNamed(reader)) };
}

function readAlias(reader: ByteReader): Definition {
  const sort = readSort(reader);
  if (typeof sort === 'string') {
    const alias = readAliasTarget(reader, sort);
    if (alias === null) throw malformed(`a core instance exports no ${sort}`);
    return alias;
  }
  if (reader.byte() !== 1) throw malformed(`a core ${sort.core} can be named in a core instance only`);
  return { is: 'alias core export', sort: sort.core, instance: reader.u32(), name: reader.name() };
}

/** What an export is said to be need not be believed, or looked at: what it is, is known. */
function readExport(reader: ByteReader): Definition {
  const named = readNamed(reader);
  const flag = reader.byte();
  if (flag > 1) throw malformed(`a flag of ${flag}, where 0 or 1 says whether a type follows`);
  if (flag === 1) readExtern(reader);
  return { is: 'export', ...named };
}
