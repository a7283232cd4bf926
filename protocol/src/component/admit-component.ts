import { MODULE_BOUNDS, WASM_PAGE_BYTES } from '../admission/bounds.ts';
import { ModuleRefusal } from '../admission/byte-reader.ts';
import { clampTables } from '../admission/clamp-tables.ts';
import type { SizeLimits } from '../admission/limits-type.ts';
import type { ModuleShape } from '../admission/module.ts';
import { readModule } from '../admission/read-module.ts';
import { rewriteLimits } from '../admission/rewrite.ts';
import { type Outcome, type Problem, refuse, succeed } from '../errors.ts';
import { formatBytes } from '../quantities.ts';
import { COMPONENT_BOUNDS } from './bounds.ts';
import type { ComponentNode } from './definitions.ts';
import { isOffered, OFFERED_INTERFACES } from './host-interfaces.ts';
import { Linker } from './linker.ts';
import type { ComponentPlan } from './plan.ts';
import { readComponent } from './read-component.ts';

/**
 * Admission of a component: its structure is read, every core module in it passes the checks that a module alone passes, each import
 * is one the host offers with exactly the type that WASI gives it, and the order of putting it together is planned. The same answer on
 * a publisher's machine, in the control plane and on a device.
 */
export interface AdmittedComponent {
  readonly plan: ComponentPlan;
  /** What may be compiled, by number of the module in the plan: its memory and tables clamped. */
  readonly modules: readonly Uint8Array[];
  /** Sum over all memories, bytes. */
  readonly memory: { readonly minBytes: number; readonly maxBytes: number } | null;
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  readonly functionCount: number;
}

/**
 * Codes: module_malformed, module_too_large, feature_refused, import_refused, memory_above_limit. Never throws; time is linear in the
 * size of the component, and bounded where its instructions multiply.
 */
export function admitComponent(bytes: Uint8Array, memoryBytes: number): Outcome<AdmittedComponent> {
  try {
    const root = readComponent(bytes);
    const problems = checkImports(root);
    if (problems.length > 0) return { ok: false, problems };
    const linker = new Linker((start, end) => readInner(bytes.subarray(start, end)));
    const { plan, exports } = linker.link(root);
    if (plan.exports.run === null && plan.exports.handle === null)
      return refuse(
        'module_malformed',
        'the component exports neither wasi:cli/run nor wasi:http/incoming-handler of WASI 0.2: build a command or an HTTP handler',
      );
    const shapes = linker.core.modules.map(({ shape }) => shape);
    const sizes = divideMemory(plan, shapes, memoryBytes);
    if (!sizes.ok) return sizes;
    const tables = checkTables(plan, shapes);
    if (!tables.ok) return tables;
    return succeed({
      plan,
      modules: linker.core.modules.map(({ start, end, shape }, module) =>
        rewriteLimits(
          bytes.subarray(start, end),
          shape,
          sizes.value.perModule[module] ?? [],
          tables.value[module] ?? [],
        ),
      ),
      memory: sizes.value.total,
      imports: root.definitions.flatMap((definition) => (definition.is === 'import' ? [definition.name] : [])),
      exports: [...exports.keys()],
      functionCount: shapes.reduce((sum, { functionCount }) => sum + functionCount, 0),
    });
  } catch (error) {
    if (error instanceof ModuleRefusal) return refuse(error.code, error.message);
    throw error;
  }
}

/** A module with a memory of its own and another's would have two. */
function readInner(bytes: Uint8Array): ModuleShape {
  const shape = readModule(bytes);
  const memories = shape.memories.length + shape.imports.filter(({ kind }) => kind === 'memory').length;
  if (memories > MODULE_BOUNDS.memories)
    throw new ModuleRefusal('feature_refused', `a core module has ${memories} memories; only one is supported`);
  return shape;
}

/** Imports by name, all at once, so that an author sees everything that is missing. */
function checkImports(root: ComponentNode): Problem[] {
  const problems: Problem[] = [];
  for (const definition of root.definitions) {
    if (definition.is !== 'import' || problems.length >= MODULE_BOUNDS.problems) continue;
    if (!isOffered(definition.name))
      problems.push({
        code: 'import_refused',
        message: `import ${JSON.stringify(definition.name.slice(0, 128))} is not offered; of WASI 0.2 there are ${OFFERED_INTERFACES.join(', ')}`,
      });
  }
  return problems;
}

interface MemoryShares {
  readonly perModule: readonly (readonly SizeLimits[])[];
  readonly total: { readonly minBytes: number; readonly maxBytes: number } | null;
}

/** Glue of a toolchain begins with next to nothing, the program itself with its data. */
function weightOf(minPages: number): number {
  return Math.max(minPages, 1);
}

/** Together the memories never grow above the limit: what they do not take at the start is shared as they begin. */
function divideMemory(plan: ComponentPlan, shapes: readonly ModuleShape[], memoryBytes: number): Outcome<MemoryShares> {
  const made = plan.coreInstances.flatMap(({ module }) => shapes[module]?.memories ?? []);
  if (made.length > COMPONENT_BOUNDS.memories)
    return refuse(
      'module_too_large',
      `the component makes ${made.length} memories; the most is ${COMPONENT_BOUNDS.memories}`,
    );
  const maxPages = Math.floor(memoryBytes / WASM_PAGE_BYTES);
  const minPages = made.reduce((sum, { min }) => sum + min, 0);
  if (minPages > maxPages)
    return refuse(
      'memory_above_limit',
      `the component starts with ${formatBytes(minPages * WASM_PAGE_BYTES)} of memory, the limit is ${formatBytes(memoryBytes)}: ` +
        'raise limits.memory or compile with a smaller initial memory',
    );
  const weights = made.reduce((sum, { min }) => sum + weightOf(min), 0);
  const clamp = ({ min, max }: SizeLimits) => {
    const share = Math.floor(((maxPages - minPages) * weightOf(min)) / weights);
    return { min, max: Math.min(max ?? maxPages, min + share) };
  };
  const total = made.map(clamp).reduce((sum, { max }) => sum + max, 0);
  return succeed({
    perModule: shapes.map(({ memories }) => memories.map(clamp)),
    total: made.length === 0 ? null : { minBytes: minPages * WASM_PAGE_BYTES, maxBytes: total * WASM_PAGE_BYTES },
  });
}

/** Each module's tables within its bounds, and all that are made together within them too. */
function checkTables(plan: ComponentPlan, shapes: readonly ModuleShape[]): Outcome<ModuleShape['tables'][]> {
  const together = clampTables(plan.coreInstances.flatMap(({ module }) => shapes[module]?.tables ?? []));
  if (!together.ok) return together;
  const perModule: ModuleShape['tables'][] = [];
  for (const { tables } of shapes) {
    const clamped = clampTables(tables);
    if (!clamped.ok) return clamped;
    perModule.push(clamped.value);
  }
  return succeed(perModule);
}
