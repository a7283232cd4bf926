import { type ByteReader, ModuleRefusal } from '../admission/byte-reader.ts';
import { COMPONENT_BOUNDS as BOUNDS } from './bounds.ts';
import type { CoreSort, ExternNode, NamedIndex, Sort } from './definitions.ts';

/** Small productions of the component binary format that several sections share. */
const CORE_SORTS: readonly CoreSort[] = ['func', 'table', 'memory', 'global'];
const CORE_MODULE_SORT = 0x11;
const SORTS: Readonly<Record<number, Sort>> = { 1: 'func', 3: 'type', 4: 'component', 5: 'instance' };

export function malformed(message: string): ModuleRefusal {
  return new ModuleRefusal('module_malformed', message);
}

export function unsupported(message: string): ModuleRefusal {
  return new ModuleRefusal('feature_refused', message);
}

export function readVector<T>(reader: ByteReader, what: string, readOne: (index: number) => T): T[] {
  const count = reader.count(what, BOUNDS.listed);
  return Array.from({ length: count }, (_, index) => readOne(index));
}

export function readCoreSort(reader: ByteReader): CoreSort {
  const byte = reader.byte();
  const sort = CORE_SORTS[byte];
  if (sort === undefined) throw unsupported(`a core definition of sort ${byte} is not supported`);
  return sort;
}

export function readSort(reader: ByteReader): Sort | { readonly core: CoreSort } {
  const byte = reader.byte();
  if (byte === 0) {
    const core = reader.byte();
    if (core === CORE_MODULE_SORT) return 'core module';
    const sort = CORE_SORTS[core];
    if (sort === undefined) throw unsupported(`a core definition of sort ${core} is not supported`);
    return { core: sort };
  }
  const sort = SORTS[byte];
  if (sort === undefined) throw unsupported(`a definition of sort ${byte} is not supported`);
  return sort;
}

/** A sort that a component, and not only a core instance, may hand on. */
export function readComponentSort(reader: ByteReader): Sort {
  const sort = readSort(reader);
  if (typeof sort === 'string') return sort;
  throw malformed(`a core ${sort.core} cannot be imported or exported by a component`);
}

/** `nameattributes`: the name of an import or export. */
export function readExternName(reader: ByteReader): string {
  const form = reader.byte();
  if (form > 1) throw unsupported('names with attributes are not supported: build for WASI 0.2');
  return reader.name();
}

export function readNamed(reader: ByteReader): NamedIndex<Sort> {
  const name = readExternName(reader);
  return { name, sort: readComponentSort(reader), index: reader.u32() };
}

export function readExtern(reader: ByteReader): ExternNode {
  const byte = reader.byte();
  switch (byte) {
    case 0x00:
      throw unsupported('imports of core modules are not supported: bring the module inside the component');
    case 0x01:
      return { is: 'func', type: reader.u32() };
    case 0x02:
      throw unsupported('values as imports and exports are not supported: build for WASI 0.2');
    case 0x03: {
      const bound = reader.byte();
      if (bound === 0) return { is: 'type', type: reader.u32() };
      if (bound === 1) return { is: 'resource' };
      throw malformed(`unknown bound ${bound} of a type`);
    }
    case 0x04:
      return { is: 'component', type: reader.u32() };
    case 0x05:
      return { is: 'instance', type: reader.u32() };
    default:
      throw malformed(`unknown kind ${byte} of an import or export`);
  }
}
