import { type Outcome, refuse, succeed } from '../errors.ts';
import { formatBytes } from '../quantities.ts';
import { WASM_PAGE_BYTES } from './bounds.ts';
import type { SizeLimits } from './limits-type.ts';

/**
 * Memories with the most that they may grow to. Together they never exceed the limit: what they do not take at the start is shared
 * evenly. Code: memory_above_limit.
 */
export function clampMemories(memories: readonly SizeLimits[], memoryBytes: number): Outcome<SizeLimits[]> {
  const maxPages = Math.floor(memoryBytes / WASM_PAGE_BYTES);
  const atStart = memories.reduce((sum, { min }) => sum + min, 0);
  if (atStart > maxPages)
    return refuse(
      'memory_above_limit',
      `the module starts with ${Number.isFinite(atStart) ? formatBytes(atStart * WASM_PAGE_BYTES) : 'an endless amount'} of memory, ` +
        `the limit is ${formatBytes(memoryBytes)}: raise limits.memory or compile with a smaller initial memory`,
    );
  const share = memories.length === 0 ? 0 : Math.floor((maxPages - atStart) / memories.length);
  return succeed(memories.map((memory) => ({ ...memory, max: Math.min(memory.max ?? maxPages, memory.min + share) })));
}

/** Sizes in bytes of all memories together; null for a module without memory. */
export function totalOf(memories: readonly SizeLimits[]): { minBytes: number; maxBytes: number } | null {
  if (memories.length === 0) return null;
  const pages = (of: (memory: SizeLimits) => number) => memories.reduce((sum, memory) => sum + of(memory), 0);
  return {
    minBytes: pages(({ min }) => min) * WASM_PAGE_BYTES,
    maxBytes: pages(({ min, max }) => max ?? min) * WASM_PAGE_BYTES,
  };
}
