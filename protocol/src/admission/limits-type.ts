import type { WasmFeature } from '../manifest/release.ts';
import { type ByteReader, ModuleRefusal } from './byte-reader.ts';

/** The least and most of a memory (pages) or a table (elements); core specification 5.3.7, "limits". */
export interface SizeLimits {
  readonly min: number;
  readonly max: number | undefined;
  /** Its addresses have 64 bits. */
  readonly isWide?: boolean;
}

const HAS_MAX = 1;
const SHARED = 2;
const WIDE = 4;
const CUSTOM_PAGE = 8;

/** Without `granted` only what every engine has. */
export function readSizeLimits(
  reader: ByteReader,
  what: 'memory' | 'table',
  granted: readonly WasmFeature[] = [],
): SizeLimits {
  const flags = reader.byte();
  if (flags > (HAS_MAX | SHARED | WIDE | CUSTOM_PAGE))
    throw new ModuleRefusal('module_malformed', `unknown ${what} flags 0x${flags.toString(16)}`);
  if (flags & SHARED)
    throw new ModuleRefusal('feature_refused', `shared ${what} is not supported: compile without threads`);
  const isWide = (flags & WIDE) !== 0;
  if (isWide && what === 'table')
    throw new ModuleRefusal('feature_refused', '64-bit tables are not supported: compile for wasm32');
  if (isWide && !granted.includes('memory64'))
    throw new ModuleRefusal(
      'feature_refused',
      '64-bit memory needs the grant memory64: compile for wasm32, or write capabilities: { features: [memory64] }',
    );
  if (flags & CUSTOM_PAGE)
    throw new ModuleRefusal('feature_refused', 'custom page sizes are not supported: use pages of 64 KiB');
  const size = () => (isWide ? reader.u64() : reader.u32());
  const min = size();
  const max = flags & HAS_MAX ? size() : undefined;
  if (max !== undefined && max < min)
    throw new ModuleRefusal('module_malformed', `a ${what} whose least size ${min} is above its most, ${max}`);
  return isWide ? { min, max, isWide } : { min, max };
}
