/** The WebAssembly of whatever runs the tests; the compiler's libraries without a DOM do not declare it. */
interface Engine {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports?: Record<string, Record<string, (...args: number[]) => number>>,
  ) => { readonly exports: Record<string, unknown> };
}

export const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;

export function instantiate(bytes: Uint8Array): Record<string, unknown> {
  return new engine.Instance(new engine.Module(bytes), { wherry: { log: () => 0 } }).exports;
}
