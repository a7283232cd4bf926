import { type ByteReader, ModuleRefusal } from './byte-reader.ts';

/** The least and most of a memory (pages) or a table (elements); core specification 5.3.7, "limits". */
export interface SizeLimits {
  readonly min: number;
  readonly max: number | undefined;
}

const HAS_MAX = 1;
const SHARED = 2;
const WIDE = 4;
const CUSTOM_PAGE = 8;

export function readSizeLimits(reader: ByteReader, what: 'memory' | 'table'): SizeLimits {
  const flags = reader.byte();
  if (flags > (HAS_MAX | SHARED | WIDE | CUSTOM_PAGE))
    throw new ModuleRefusal('module_malformed', `unknown ${what} flags 0x${flags.toString(16)}`);
  if (flags & SHARED)
    throw new ModuleRefusal('feature_refused', `shared ${what} is not supported: compile without threads`);
  if (flags & WIDE) throw new ModuleRefusal('feature_refused', `64-bit ${what} is not supported: compile for wasm32`);
  if (flags & CUSTOM_PAGE)
    throw new ModuleRefusal('feature_refused', 'custom page sizes are not supported: use pages of 64 KiB');
  const min = reader.u32();
  const max = flags & HAS_MAX ? reader.u32() : undefined;
  if (max !== undefined && max < min)
    throw new ModuleRefusal('module_malformed', `a ${what} whose least size ${min} is above its most, ${max}`);
  return { min, max };
}
