import type { WasmFeature } from '../manifest/release.ts';
import { MODULE_BOUNDS as BOUNDS } from './bounds.ts';
import { type ByteReader, ModuleRefusal } from './byte-reader.ts';
import { readSizeLimits, type SizeLimits } from './limits-type.ts';
import { EXTERNAL_KINDS, type ExternalKind, type ModuleExport, type ModuleImport, type ModuleTable } from './module.ts';

/** One reader for each section whose content admission needs; core specification 5.5. */

const FUNCTION_TYPE = 0x60;
const VALUE_TYPES: ReadonlySet<number> = new Set([0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0x6f]);
const FUNCREF = 0x70;
const EXTERNREF = 0x6f;

export function readTypes(reader: ByteReader): number {
  const count = reader.count('types', BOUNDS.types);
  for (let i = 0; i < count; i++) {
    if (reader.byte() !== FUNCTION_TYPE)
      throw new ModuleRefusal(
        'feature_refused',
        'only function types are supported: compile without garbage-collected types',
      );
    readValueTypes(reader, reader.count('parameters of one type', BOUNDS.paramsPerType));
    readValueTypes(reader, reader.count('results of one type', BOUNDS.resultsPerType));
  }
  return count;
}

export function readImports(reader: ByteReader, typeCount: number): ModuleImport[] {
  const imports: ModuleImport[] = [];
  const count = reader.count('imports', BOUNDS.imports);
  for (let i = 0; i < count; i++) {
    const module = reader.name();
    const name = reader.name();
    const kind = readKind(reader, `import ${module}.${name}`);
    imports.push({ module, name, kind });
    if (kind === 'function') readIndex(reader, typeCount, 'type');
    else if (kind === 'table') readTable(reader);
    else if (kind === 'memory') readSizeLimits(reader, 'memory');
    else {
      readValueTypes(reader, 1);
      reader.byte();
    }
  }
  return imports;
}

export function readFunctions(reader: ByteReader, typeCount: number): number {
  const count = reader.count('functions', BOUNDS.functions);
  for (let i = 0; i < count; i++) readIndex(reader, typeCount, 'type');
  return count;
}

export function readTables(reader: ByteReader): ModuleTable[] {
  const tables: ModuleTable[] = [];
  const count = reader.count('tables', BOUNDS.tables);
  for (let i = 0; i < count; i++) tables.push(readTable(reader));
  return tables;
}

export function readMemories(reader: ByteReader, granted: readonly WasmFeature[]): SizeLimits[] {
  const count = reader.u32();
  if (count > BOUNDS.memories && !granted.includes('multi-memory'))
    throw new ModuleRefusal(
      'feature_refused',
      `the module has ${count} memories; more than one needs the grant multi-memory: capabilities: { features: [multi-memory] }`,
    );
  if (count > BOUNDS.memoriesGranted)
    throw new ModuleRefusal(
      'module_too_large',
      `the module has ${count} memories; the most is ${BOUNDS.memoriesGranted}`,
    );
  return Array.from({ length: count }, () => readSizeLimits(reader, 'memory', granted));
}

export function readExports(reader: ByteReader): ModuleExport[] {
  const exports: ModuleExport[] = [];
  const names = new Set<string>();
  const count = reader.count('exports', BOUNDS.exports);
  for (let i = 0; i < count; i++) {
    const name = reader.name();
    if (names.has(name)) throw new ModuleRefusal('module_malformed', `two exports are named ${JSON.stringify(name)}`);
    names.add(name);
    exports.push({ name, kind: readKind(reader, `export ${name}`) });
    reader.u32();
  }
  return exports;
}

/** Sizes and locals only: the instructions are V8's to check, inside the runner. */
export function readCode(reader: ByteReader): number {
  const count = reader.count('function bodies', BOUNDS.functions);
  for (let i = 0; i < count; i++) {
    const size = reader.u32();
    if (size > BOUNDS.functionBodyBytes)
      throw new ModuleRefusal(
        'module_too_large',
        `function body ${i} has ${size} bytes; the most is ${BOUNDS.functionBodyBytes}`,
      );
    readLocals(reader.part(size), i);
  }
  return count;
}

function readLocals(body: ByteReader, index: number): void {
  let total = 0;
  const groups = body.count('groups of locals in one function', BOUNDS.localGroupsPerFunction);
  for (let i = 0; i < groups; i++) {
    total += body.u32();
    if (total > BOUNDS.localsPerFunction)
      throw new ModuleRefusal(
        'module_too_large',
        `function body ${index} has ${total} locals or more; the most is ${BOUNDS.localsPerFunction}`,
      );
    readValueTypes(body, 1);
  }
}

function readTable(reader: ByteReader): ModuleTable {
  const elementType = reader.byte();
  if (elementType !== FUNCREF && elementType !== EXTERNREF)
    throw new ModuleRefusal('feature_refused', 'only tables of funcref and externref are supported');
  return { elementType, ...readSizeLimits(reader, 'table') };
}

function readKind(reader: ByteReader, what: string): ExternalKind {
  const byte = reader.byte();
  const kind = EXTERNAL_KINDS[byte];
  if (kind) return kind;
  if (byte === 4)
    throw new ModuleRefusal('feature_refused', `${what} is an exception tag: compile without Wasm exceptions`);
  throw new ModuleRefusal('module_malformed', `${what} is of unknown kind ${byte}`);
}

function readValueTypes(reader: ByteReader, count: number): void {
  for (let i = 0; i < count; i++) {
    const type = reader.byte();
    if (VALUE_TYPES.has(type)) continue;
    if (type >= 0x63 && type <= 0x74)
      throw new ModuleRefusal(
        'feature_refused',
        'typed references are not supported: compile without garbage-collected types',
      );
    throw new ModuleRefusal('module_malformed', `unknown value type 0x${type.toString(16)}`);
  }
}

function readIndex(reader: ByteReader, count: number, what: string): void {
  const index = reader.u32();
  if (index >= count) throw new ModuleRefusal('module_malformed', `${what} ${index} does not exist`);
}
