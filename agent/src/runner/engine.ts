/**
 * The part of the WebAssembly JavaScript API that the runner uses, typed here: the compiler's own types for it come with those of
 * a browser, which this program is not. Source: w3.org/TR/wasm-js-api-2.
 */
export type ExternKind = 'function' | 'table' | 'memory' | 'global';

export interface WasmModule {
  readonly [Symbol.toStringTag]?: 'WebAssembly.Module';
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: ExternKind;
}

interface Engine {
  readonly Module: {
    new (bytes: Uint8Array): WasmModule;
    imports(module: WasmModule): ModuleImport[];
    exports(module: WasmModule): { readonly name: string; readonly kind: ExternKind }[];
  };
  readonly Instance: new (
    module: WasmModule,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (descriptor: { initial: number; maximum?: number }) => WasmMemory;
}

export const engine: Engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;
