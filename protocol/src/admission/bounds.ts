/**
 * What a module may contain, whoever asks. Each bound is far above what compilers make of real programs that fit a small
 * device, and far below what costs V8 (or this check) noticeable time or memory. Bytes of the whole module: LIMITS.moduleBytes.
 */
export const MODULE_BOUNDS = {
  sections: 512,
  types: 20_000,
  paramsPerType: 1_000,
  resultsPerType: 1_000,
  imports: 1_000,
  functions: 200_000,
  tables: 8,
  memories: 1,
  /** With the grant multi-memory. */
  memoriesGranted: 8,
  globals: 50_000,
  exports: 10_000,
  elementSegments: 20_000,
  dataSegments: 50_000,
  /** V8 compiles a function in one step that nothing can interrupt: 7 MB takes about 50 ms on a fast machine. */
  functionBodyBytes: 2 * 1024 * 1024,
  localsPerFunction: 10_000,
  localGroupsPerFunction: 1_000,
  nameBytes: 1_024,
  /** Elements that all tables may hold at the start, for function pointers of large programs. */
  tableElementsMin: 100_000,
  /** To what a table may grow; growth is what a table bomb uses, at some 40 bytes an element. */
  tableElementsMax: 10_000,
  problems: 20,
} as const;

export const WASM_PAGE_BYTES = 65_536;
