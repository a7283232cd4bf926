/** `@wherry/agent/runtimes/wasm`: the Wasm runtime, for whoever measures it from outside the agent. */
export { createWasmRuntime, type WasmRuntimeOptions } from './runtime.ts';
