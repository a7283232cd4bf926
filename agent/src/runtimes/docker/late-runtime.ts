import { type Outcome, refuse } from '@wherry/protocol';
import type { Runtime } from '../port.ts';
import { engineAbsent, isEngineAbsent } from './absent.ts';
import { CONTAINER_FEATURES } from './features.ts';
import type { DockerOptions } from './runtime.ts';
import { removeStraySecrets } from './secret-files.ts';

/**
 * The engine's runtime, whose code is read when there is an engine for the first time: it is 4 MB of memory, and most devices have none.
 * An engine that was there and went away is the runtime's own business.
 */
export function createLateDockerRuntime(options: DockerOptions & { readonly socketPath: string }): Runtime {
  const { socketPath } = options;
  let loading: Promise<Runtime> | null = null;

  function engine(): Promise<Runtime> | null {
    if (loading === null && !isEngineAbsent(socketPath))
      loading = import('./runtime.ts').then(({ createDockerRuntime }) => createDockerRuntime(options));
    return loading;
  }
  const absent = (): Outcome<never> => refuse('no_runtime', engineAbsent(socketPath));

  return {
    name: options.name ?? 'docker',
    kind: 'container',
    features: CONTAINER_FEATURES,
    probe: async () => (await engine())?.probe() ?? absent(),
    prepare: async (spec) => (await engine())?.prepare(spec) ?? absent(),
    start: async (spec, host) => (await engine())?.start(spec, host) ?? absent(),
    async cleanUp() {
      const runtime = await engine();
      if (runtime === null) removeStraySecrets();
      else await runtime.cleanUp();
    },
    async forgetExcept(releases) {
      await (await engine())?.forgetExcept?.(releases);
    },
  };
}
