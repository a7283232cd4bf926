import type { GuestMemory } from '../guest-memory.ts';
import type { WasiContext, WasiFunctions } from './context.ts';

/** args_* and environ_*: lists of zero-terminated strings. */
export function argsEnvFunctions({ memory, args, env }: WasiContext): WasiFunctions {
  const environment = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return {
    args_sizes_get: (countAt: number, sizeAt: number) => writeSizes(memory, args, countAt, sizeAt),
    args_get: (listAt: number, textAt: number) => writeList(memory, args, listAt, textAt),
    environ_sizes_get: (countAt: number, sizeAt: number) => writeSizes(memory, environment, countAt, sizeAt),
    environ_get: (listAt: number, textAt: number) => writeList(memory, environment, listAt, textAt),
  };
}

function terminated(text: string): Uint8Array {
  // A zero inside would end the string early and shift what follows.
  return Buffer.from(`${text.replaceAll('\0', '')}\0`);
}

function writeSizes(memory: GuestMemory, list: readonly string[], countAt: number, sizeAt: number): void {
  memory.setU32(countAt, list.length);
  memory.setU32(
    sizeAt,
    list.reduce((sum, text) => sum + terminated(text).length, 0),
  );
}

function writeList(memory: GuestMemory, list: readonly string[], listAt: number, textAt: number): void {
  let at = textAt >>> 0;
  for (const [index, text] of list.entries()) {
    const bytes = terminated(text);
    memory.setU32((listAt >>> 0) + index * 4, at);
    memory.write(at, bytes);
    at += bytes.length;
  }
}
