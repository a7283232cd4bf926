import { type Outcome, type Problem, refuse, succeed } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Capabilities, GuestLimits, WasmAbi } from '../manifest/release.ts';
import { formatBytes } from '../quantities.ts';
import { MODULE_BOUNDS, WASM_PAGE_BYTES } from './bounds.ts';
import { ModuleRefusal } from './byte-reader.ts';
import { checkImports } from './imports.ts';
import type { SizeLimits } from './limits-type.ts';
import type { ModuleExport, ModuleImport, ModuleShape, ModuleTable } from './module.ts';
import { readModule } from './read-module.ts';
import { rewriteLimits } from './rewrite.ts';

/**
 * Admission: the static check of a module before any engine sees its bytes. Bytes and grants in, verdict out; the command line
 * asks at publishing, the control plane at upload and the device before a start, and all get the same answer. Instructions are
 * left to V8, which checks them inside the runner.
 */
export interface AdmissionTerms {
  readonly abi: WasmAbi;
  readonly capabilities: Capabilities;
  readonly limits: Pick<GuestLimits, 'memoryBytes'>;
}

export interface AdmittedModule {
  /** What may be compiled: the module with its memory and tables clamped. */
  readonly bytes: Uint8Array;
  /** Sizes in bytes; null for a module without memory. */
  readonly memory: { readonly minBytes: number; readonly maxBytes: number } | null;
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
  readonly functionCount: number;
}

/**
 * Codes: module_malformed, module_too_large, feature_refused, import_refused, capability_denied, memory_above_limit.
 * Never throws; time is linear in the size of the module.
 */
export function admit(bytes: Uint8Array, terms: AdmissionTerms): Outcome<AdmittedModule> {
  if (bytes.length > LIMITS.moduleBytes)
    return refuse(
      'module_too_large',
      `the module has ${bytes.length} bytes; the most is ${LIMITS.moduleBytes}: strip debug sections or optimise for size`,
    );
  const shape = tryRead(bytes);
  if (!shape.ok) return shape;
  const { imports, exports, functionCount } = shape.value;
  const memory = clampMemory(shape.value.memories, terms.limits.memoryBytes);
  const tables = clampTables(shape.value.tables);
  const problems: Problem[] = checkImports(imports, terms.abi, terms.capabilities);
  if (!memory.ok) problems.push(...memory.problems);
  if (!tables.ok) problems.push(...tables.problems);
  if (problems.length > 0 || !memory.ok || !tables.ok) return { ok: false, problems };
  const [first] = memory.value;
  return succeed({
    bytes: rewriteLimits(bytes, shape.value, memory.value, tables.value),
    memory: first
      ? { minBytes: first.min * WASM_PAGE_BYTES, maxBytes: (first.max ?? first.min) * WASM_PAGE_BYTES }
      : null,
    imports,
    exports,
    functionCount,
  });
}

function tryRead(bytes: Uint8Array): Outcome<ModuleShape> {
  try {
    return succeed(readModule(bytes));
  } catch (error) {
    if (error instanceof ModuleRefusal) return refuse(error.code, error.message);
    throw error;
  }
}

function clampMemory(memories: readonly SizeLimits[], memoryBytes: number): Outcome<SizeLimits[]> {
  const maxPages = Math.floor(memoryBytes / WASM_PAGE_BYTES);
  const greedy = memories.find((memory) => memory.min > maxPages);
  if (greedy)
    return refuse(
      'memory_above_limit',
      `the module starts with ${formatBytes(greedy.min * WASM_PAGE_BYTES)} of memory, the limit is ${formatBytes(memoryBytes)}: ` +
        'raise limits.memory or compile with a smaller initial memory',
    );
  return succeed(memories.map(({ min, max }) => ({ min, max: Math.min(max ?? maxPages, maxPages) })));
}

function clampTables(tables: readonly ModuleTable[]): Outcome<ModuleTable[]> {
  const atStart = tables.reduce((sum, table) => sum + table.min, 0);
  if (atStart > MODULE_BOUNDS.tableElementsMin)
    return refuse(
      'module_too_large',
      `the module's tables start with ${atStart} elements; the most is ${MODULE_BOUNDS.tableElementsMin}`,
    );
  return succeed(
    tables.map((table) => {
      const most = Math.max(table.min, MODULE_BOUNDS.tableElementsMax);
      return { ...table, max: Math.min(table.max ?? most, most) };
    }),
  );
}
