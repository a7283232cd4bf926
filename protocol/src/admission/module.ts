import type { SizeLimits } from './limits-type.ts';

/** What admission learns of a module. Offsets point into the bytes that were read, so that rewriting copies the rest. */
export interface ModuleShape {
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
  readonly memories: readonly SizeLimits[];
  readonly tables: readonly ModuleTable[];
  readonly functionCount: number;
  readonly sections: readonly Section[];
}

export type ExternalKind = 'function' | 'table' | 'memory' | 'global';
export const EXTERNAL_KINDS: readonly ExternalKind[] = ['function', 'table', 'memory', 'global'];

export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: ExternalKind;
}

export interface ModuleExport {
  readonly name: string;
  readonly kind: ExternalKind;
}

export interface ModuleTable extends SizeLimits {
  readonly elementType: number;
}

export interface Section {
  readonly id: number;
  /** Of the id byte. */
  readonly start: number;
  readonly end: number;
}

export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;
