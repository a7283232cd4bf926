import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The real code under simulation: as the packages offer it, or a copy of their sources in which a mutant has removed a rule. */
export interface Machines {
  readonly agent: typeof import('@wherry/agent/core');
  readonly drain: typeof import('@wherry/agent/drain');
  readonly server: typeof import('@wherry/server/domain');
}

export async function loadMachines(folder?: string): Promise<Machines> {
  if (folder === undefined) {
    const [agent, drain, server] = await Promise.all([
      import('@wherry/agent/core'),
      import('@wherry/agent/drain'),
      import('@wherry/server/domain'),
    ]);
    return { agent, drain, server };
  }
  const load = (path: string) => import(pathToFileURL(join(folder, path)).href);
  return {
    agent: await load('agent/src/core/entry.ts'),
    drain: await load('agent/src/link/drain-entry.ts'),
    server: await load('control-plane/server/src/domain/entry.ts'),
  };
}
