import { encodeU32 } from '../admission/rewrite.ts';

/** Wasm binaries by hand, for tests: sections of bytes, so that they can also be wrong. */
export const HEADER: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export function wasm(...sections: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...HEADER, ...sections.flat()]);
}

export function section(id: number, ...content: readonly (readonly number[])[]): number[] {
  const bytes = content.flat();
  return [id, ...encodeU32(bytes.length), ...bytes];
}

export function vector(...items: readonly (readonly number[])[]): number[] {
  return [...encodeU32(items.length), ...items.flat()];
}

export function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...encodeU32(bytes.length), ...bytes];
}

export const I32 = 0x7f;

export function functionType(params: readonly number[], results: readonly number[]): number[] {
  return [0x60, ...vector(...params.map((t) => [t])), ...vector(...results.map((t) => [t]))];
}

export function importFunction(module: string, name: string, type = 0): number[] {
  return [...text(module), ...text(name), 0, ...encodeU32(type)];
}

export function exportOf(name: string, kind: number, index: number): number[] {
  return [...text(name), kind, ...encodeU32(index)];
}

export function memory(min: number, max?: number): number[] {
  return max === undefined ? [0, ...encodeU32(min)] : [1, ...encodeU32(min), ...encodeU32(max)];
}

export function body(instructions: readonly number[], locals: readonly (readonly number[])[] = []): number[] {
  const bytes = [...vector(...locals), ...instructions, 0x0b];
  return [...encodeU32(bytes.length), ...bytes];
}

/** A module that V8 compiles: imports `wherry.log`, has memory, a table, a global, `add`, data and a name section. */
export function realModule(
  options: { imports?: readonly (readonly [string, string])[]; memoryPages?: number; tableMin?: number } = {},
): Uint8Array<ArrayBuffer> {
  const { imports = [['wherry', 'log']], memoryPages = 1, tableMin = 1 } = options;
  const own = imports.length;
  return wasm(
    section(1, vector(functionType([I32, I32], [I32]))),
    section(2, vector(...imports.map(([module, name]) => importFunction(module, name)))),
    section(3, vector([0])),
    section(4, vector([0x70, 0, ...encodeU32(tableMin)])),
    section(5, vector(memory(memoryPages))),
    section(6, vector([I32, 1, 0x41, 0, 0x0b])),
    section(7, vector(exportOf('add', 0, own), exportOf('memory', 2, 0), exportOf('table', 1, 0))),
    section(9, vector([0, 0x41, 0, 0x0b, ...vector([own])])),
    section(10, vector(body([0x20, 0, 0x20, 1, 0x6a], [[1, I32]]))),
    section(11, vector([0, 0x41, 8, 0x0b, ...text('hi')])),
    section(0, text('name'), [0, 2, 1, 0x6d]),
  );
}
