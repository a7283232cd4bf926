/**
 * `@wherry/protocol/admission`: the part of the contract that needs no schemas. A runner process loads this alone, because each
 * of them would otherwise pay for zod in memory and in time to start.
 */

export type { AdmittedComponent } from '../component/admit-component.ts';
export { PRIMITIVES, type Primitive, type ValueShape } from '../component/definitions.ts';
export type {
  CallOptions,
  ComponentPlan,
  CoreRef,
  FuncRef,
  Lift,
  ResourcePlan,
  Trampoline,
} from '../component/plan.ts';
export {
  alignTo,
  type CoreType,
  FLAT_PARAMS_MAX,
  FLAT_RESULTS_MAX,
  type FuncType,
  flattenAll,
  join,
  sequenceLayout,
  tagBytesOf,
  type ValueType,
} from '../component/types.ts';
export type { Outcome } from '../errors.ts';
export { LIMITS } from '../limits.ts';
export type { Capabilities } from '../manifest/release.ts';
export { type AdmittedModule, admit } from './admit.ts';
export { WASM_PAGE_BYTES } from './bounds.ts';
export { FUEL_EXPORT, START_EXPORT } from './fuel/instrument.ts';
