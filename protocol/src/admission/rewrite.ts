import type { SizeLimits } from './limits-type.ts';
import { type ModuleShape, type ModuleTable, SECTION } from './module.ts';

/** The module with every memory and table declaring the most it may grow to; all other sections are copied as they are. */
export function rewriteLimits(
  bytes: Uint8Array,
  shape: ModuleShape,
  memories: readonly SizeLimits[],
  tables: readonly ModuleTable[],
): Uint8Array {
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  for (const section of shape.sections) {
    if (section.id === SECTION.memory) parts.push(sectionOf(section.id, memories.map(encodeLimits)));
    else if (section.id === SECTION.table)
      parts.push(
        sectionOf(
          section.id,
          tables.map((table) => [table.elementType, ...encodeLimits(table)]),
        ),
      );
    else parts.push(bytes.subarray(section.start, section.end));
  }
  return concat(parts);
}

const HAS_MAX = 1;
const WIDE = 4;

function encodeLimits({ min, max, isWide }: SizeLimits): number[] {
  const flags = (max === undefined ? 0 : HAS_MAX) | (isWide ? WIDE : 0);
  return [flags, ...encodeU32(min), ...(max === undefined ? [] : encodeU32(max))];
}

function sectionOf(id: number, entries: readonly (readonly number[])[]): Uint8Array {
  const content = [...encodeU32(entries.length), ...entries.flat()];
  return Uint8Array.from([id, ...encodeU32(content.length), ...content]);
}

/** Unsigned LEB128. */
export function encodeU32(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return out;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
