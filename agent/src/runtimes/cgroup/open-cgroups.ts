import { createHash } from 'node:crypto';
import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { findOwnPlace } from './own-place.ts';
import type { Cgroups } from './port.ts';
import { openV1 } from './v1.ts';
import { openV2 } from './v2.ts';

/** Smallest limit that is tried out, to see that the kernel takes it. */
const TRIED_MEMORY_BYTES = 64 * 1024 * 1024;

/**
 * Cgroups for the programs of one agent: below a folder that was delegated to it, or below its own cgroup. A scope is made and given
 * up again before it is said that there are any. Code: isolation_below, with the reason.
 */
export function openCgroups(where: true | string, stateDir: string): Outcome<Cgroups> {
  // Several agents may share a cgroup; each knows its own scopes by the folder that it keeps its state in.
  const prefix = `wherry-${createHash('sha256').update(stateDir).digest('hex').slice(0, 8)}-`;
  const reasons: string[] = [];
  for (const open of waysOf(where, prefix)) {
    try {
      const cgroups = open();
      const tried = cgroups.make();
      tried.limitMemory(TRIED_MEMORY_BYTES);
      tried.limitCpu(1);
      tried.remove();
      return succeed(cgroups);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  return refuse('isolation_below', `no cgroups can be made here: ${reasons.join('; ')}`);
}

function waysOf(where: true | string, prefix: string): (() => Cgroups)[] {
  if (where !== true) return [() => openV2(where, prefix)];
  const { unified, controllers } = findOwnPlace();
  return [...(unified === null ? [] : [() => openV2(unified, prefix)]), () => openV1(controllers, prefix)];
}
