/**
 * `@wherry/protocol/admission`: the part of the contract that needs no schemas. A runner process loads this alone, because each
 * of them would otherwise pay for zod in memory and in time to start.
 */
export type { Outcome } from '../errors.ts';
export { LIMITS } from '../limits.ts';
export type { Capabilities } from '../manifest/release.ts';
export { type AdmittedModule, admit } from './admit.ts';
export { WASM_PAGE_BYTES } from './bounds.ts';
