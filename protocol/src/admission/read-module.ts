import type { WasmFeature } from '../manifest/release.ts';
import { MODULE_BOUNDS as BOUNDS } from './bounds.ts';
import { ByteReader, ModuleRefusal } from './byte-reader.ts';
import type { SizeLimits } from './limits-type.ts';
import {
  type ModuleExport,
  type ModuleImport,
  type ModuleShape,
  type ModuleTable,
  SECTION,
  type Section,
} from './module.ts';
import {
  readCode,
  readExports,
  readFunctions,
  readImports,
  readMemories,
  readTables,
  readTypes,
} from './read-sections.ts';

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const CORE_VERSION = [0x01, 0x00, 0x00, 0x00];

/** Where each section stands; custom ones may be anywhere. Core specification 5.5.16. */
const ORDER: Readonly<Record<number, number>> = {
  [SECTION.type]: 1,
  [SECTION.import]: 2,
  [SECTION.function]: 3,
  [SECTION.table]: 4,
  [SECTION.memory]: 5,
  [SECTION.global]: 6,
  [SECTION.export]: 7,
  [SECTION.start]: 8,
  [SECTION.element]: 9,
  [SECTION.dataCount]: 10,
  [SECTION.code]: 11,
  [SECTION.data]: 12,
};

/**
 * Reads the structure of a core module, in one pass, in time linear in its size. Throws ModuleRefusal with module_malformed,
 * module_too_large or feature_refused.
 */
export function readModule(bytes: Uint8Array, granted: readonly WasmFeature[] = []): ModuleShape {
  const reader = new ByteReader(bytes);
  readHeader(reader);
  const found = new Findings(granted);
  let last = 0;
  while (reader.left > 0) {
    const start = reader.at;
    const id = reader.byte();
    const content = reader.part(reader.u32());
    if (found.sections.length >= BOUNDS.sections)
      throw new ModuleRefusal('module_too_large', `the module has more than ${BOUNDS.sections} sections`);
    found.sections.push({ id, start, end: reader.at });
    if (id === SECTION.custom) {
      content.name();
      continue;
    }
    const position = positionOf(id);
    if (position <= last)
      throw new ModuleRefusal(
        'module_malformed',
        `section ${id} is there twice or in the wrong place, at byte ${start}`,
      );
    last = position;
    found.read(id, content);
  }
  return found.finish();
}

function readHeader(reader: ByteReader): void {
  if (reader.left < 8 || MAGIC.some((byte) => reader.byte() !== byte))
    throw new ModuleRefusal(
      'module_malformed',
      'this is not a Wasm binary: it does not begin with "\\0asm" and a version',
    );
  const version = [reader.byte(), reader.byte(), reader.byte(), reader.byte()];
  if (version[2] === 1)
    throw new ModuleRefusal(
      'feature_refused',
      'this is a component (WASI 0.2): write "abi: component" in the manifest, or build a core module, for example for wasm32-wasip1',
    );
  if (version.some((byte, i) => byte !== CORE_VERSION[i]))
    throw new ModuleRefusal('feature_refused', `Wasm binary version ${version.join('.')} is not supported, only 1`);
}

function positionOf(id: number): number {
  if (id === SECTION.tag)
    throw new ModuleRefusal('feature_refused', 'Wasm exceptions are not supported: compile without them');
  const position = ORDER[id];
  if (position === undefined) throw new ModuleRefusal('module_malformed', `unknown section ${id}`);
  return position;
}

class Findings {
  readonly sections: Section[] = [];
  readonly #granted: readonly WasmFeature[];
  #imports: ModuleImport[] = [];
  #exports: ModuleExport[] = [];
  #tables: ModuleTable[] = [];
  #memories: SizeLimits[] = [];
  #types = 0;
  #functions = 0;
  #bodies = 0;

  constructor(granted: readonly WasmFeature[]) {
    this.#granted = granted;
  }

  read(id: number, content: ByteReader): void {
    if (id === SECTION.type) this.#types = readTypes(content);
    else if (id === SECTION.import) this.#imports = readImports(content, this.#types);
    else if (id === SECTION.function) this.#functions = readFunctions(content, this.#types);
    else if (id === SECTION.table) this.#tables = readTables(content);
    else if (id === SECTION.memory) this.#memories = readMemories(content, this.#granted);
    else if (id === SECTION.export) this.#exports = readExports(content);
    else if (id === SECTION.start || id === SECTION.dataCount) content.u32();
    else if (id === SECTION.code) this.#bodies = readCode(content);
    else countOnly(id, content);
    if (!COUNTED_ONLY.has(id)) content.expectEnd(`section ${id}`);
  }

  finish(): ModuleShape {
    if (this.#functions !== this.#bodies)
      throw new ModuleRefusal('module_malformed', `${this.#functions} functions but ${this.#bodies} bodies`);
    return {
      imports: this.#imports,
      exports: this.#exports,
      memories: this.#memories,
      tables: this.#tables,
      functionCount: this.#functions,
      sections: this.sections,
    };
  }
}

/** Globals and segments hold expressions, which are V8's to check; only their number concerns us. */
const COUNTED_ONLY: ReadonlySet<number> = new Set([SECTION.global, SECTION.element, SECTION.data]);

function countOnly(id: number, content: ByteReader): void {
  if (id === SECTION.global) content.count('globals', BOUNDS.globals);
  else if (id === SECTION.element) content.count('element segments', BOUNDS.elementSegments);
  else content.count('data segments', BOUNDS.dataSegments);
}
