import { join } from 'node:path';
import { createEffects, type Effects } from '../src/shell/effects.ts';
import type { FetchBounds } from '../src/trust/tuf/bounds.ts';
import { openGenerations } from '../src/trust/tuf/generations.ts';
import { createHttpSource } from '../src/trust/tuf/metadata-source.ts';
import { NOW_MS } from '../src/trust/tuf/testing/repository.ts';
import { createUpdater, type Updater } from '../src/trust/tuf/updater.ts';

/** The real updater of a device: its disk, its network. */
export function openTufDevice(
  folder: string,
  factoryRoot: Uint8Array,
  url: string,
  {
    effects = createEffects(),
    bounds,
    nowMs = NOW_MS,
  }: { effects?: Effects; bounds?: FetchBounds; nowMs?: number } = {},
): Updater {
  return createUpdater({
    factoryRoot,
    generations: openGenerations(join(folder, 'trust'), effects),
    source: createHttpSource(url, effects),
    nowMs: () => nowMs,
    ...(bounds === undefined ? {} : { bounds }),
  });
}

export const never = new AbortController().signal;
/** Nothing listens there. */
export const NOWHERE = 'http://127.0.0.1:9';
