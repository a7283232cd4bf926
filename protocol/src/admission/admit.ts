import { type AdmittedComponent, admitComponent } from '../component/admit-component.ts';
import { type Outcome, type Problem, refuse, succeed } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Capabilities, GuestLimits, Trigger, WasmAbi, WasmFeature } from '../manifest/release.ts';
import { ModuleRefusal } from './byte-reader.ts';
import { clampMemories, totalOf } from './clamp-memories.ts';
import { clampTables } from './clamp-tables.ts';
import { countInstructions } from './fuel/instrument.ts';
import { checkImports } from './imports.ts';
import type { ModuleExport, ModuleImport, ModuleShape } from './module.ts';
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
  /** With `fuel`, the module is made to count its instructions. */
  readonly limits: Pick<GuestLimits, 'memoryBytes' | 'fuel'>;
  /** What will start the guest; without it, whether the guest serves that is not asked. */
  readonly triggers?: readonly Pick<Trigger, 'on'>[];
}

export interface AdmittedModule {
  /** What may be compiled: the module with its memory and tables clamped. */
  readonly bytes: Uint8Array;
  /** Sizes in bytes; null for a module without memory. */
  readonly memory: { readonly minBytes: number; readonly maxBytes: number } | null;
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
  readonly functionCount: number;
  /** ABI `component` only: how it is put together, and the modules that may be compiled; `bytes` are then as they came. */
  readonly component?: AdmittedComponent;
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
  if (terms.abi === 'component') return admitAssembled(bytes, terms);
  const shape = tryRead(bytes, terms.capabilities.features ?? []);
  if (!shape.ok) return shape;
  const { imports, exports, functionCount } = shape.value;
  const memory = clampMemories(shape.value.memories, terms.limits.memoryBytes);
  const tables = clampTables(shape.value.tables);
  const problems: Problem[] = checkImports(imports, terms.abi, terms.capabilities);
  if (!memory.ok) problems.push(...memory.problems);
  if (!tables.ok) problems.push(...tables.problems);
  if (problems.length > 0 || !memory.ok || !tables.ok) return { ok: false, problems };
  const clamped = rewriteLimits(bytes, shape.value, memory.value, tables.value);
  if (terms.limits.fuel !== undefined && shape.value.memories.some(({ isWide }, at) => isWide || at > 0))
    return refuse(
      'feature_refused',
      'limits.fuel is not supported with several memories, or one of 64 bits: leave one out',
    );
  const counted = terms.limits.fuel === undefined ? succeed(clamped) : countInstructions(clamped, terms.limits.fuel);
  if (!counted.ok) return counted;
  return succeed({
    bytes: counted.value,
    memory: totalOf(memory.value),
    imports,
    exports,
    functionCount,
  });
}

function admitAssembled(bytes: Uint8Array, { limits, triggers = [] }: AdmissionTerms): Outcome<AdmittedModule> {
  if (limits.fuel !== undefined)
    return refuse('feature_refused', 'limits.fuel is not supported for components: remove it, or build a core module');
  const admitted = admitComponent(bytes, limits.memoryBytes);
  if (!admitted.ok) return admitted;
  const unserved = triggers.filter(({ on }) => on !== 'http' && admitted.value.plan.exports.run === null);
  if (unserved.length > 0)
    return refuse(
      'feature_refused',
      `the component exports wasi:http/incoming-handler only, which serves http and not ${unserved[0]?.on}: export wasi:cli/run too, or change the triggers`,
    );
  const { memory, functionCount } = admitted.value;
  return succeed({ bytes, memory, imports: [], exports: [], functionCount, component: admitted.value });
}

function tryRead(bytes: Uint8Array, granted: readonly WasmFeature[]): Outcome<ModuleShape> {
  try {
    return succeed(readModule(bytes, granted));
  } catch (error) {
    if (error instanceof ModuleRefusal) return refuse(error.code, error.message);
    throw error;
  }
}
