import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { Runtime, WorkloadSpec } from '../port.ts';
import { releaseImages, removeStrayContainers } from './clean-up.ts';
import { connectEngine, type EnginePatience, engineGone, isEngineGone } from './client.ts';
import { type EngineFacts, readEngineFacts, readEngineIdentity } from './engine-facts.ts';
import { CONTAINER_FEATURES } from './features.ts';
import { fitsEngine } from './fit.ts';
import { ensureImage } from './image.ts';
import { launch, type Prepared } from './launch.ts';
import { DOCKER_LIMITS } from './limits.ts';
import { removeStraySecrets } from './secret-files.ts';

/**
 * Runs container variants through the Docker Engine API, which Podman's service speaks too. The engine holds the containers;
 * this runtime holds nothing that a restart of the agent would miss. What the engine or its host cannot do is said in the app's log.
 */
export interface DockerOptions {
  /** Who is asking, `tenant/device`: several agents may share an engine. */
  readonly device: string;
  readonly socketPath?: string;
  /** What the inventory calls it. */
  readonly name?: string;
  readonly patience?: EnginePatience;
}

export const DOCKER_SOCKET = '/var/run/docker.sock';

export function createDockerRuntime(options: DockerOptions): Runtime {
  const client = connectEngine(options.socketPath ?? DOCKER_SOCKET, options.patience ?? DOCKER_LIMITS.patience);
  const held = new Set<string>();
  const known = new Map<string, string>();
  const { device } = options;

  async function prepare(spec: WorkloadSpec): Promise<Outcome<Prepared>> {
    let engine: EngineFacts;
    try {
      engine = await readEngineFacts(client);
    } catch (error) {
      return refuse('no_runtime', engineGone(client.socketPath, error));
    }
    const fit = fitsEngine(spec, engine);
    if (!fit.ok) return fit;
    const image = await ensureImage(client, device, { known, hasManifestIds: engine.hasManifestIds }, spec, fit.value);
    if (!image.ok) return image;
    return succeed({ engine, image: image.value, command: fit.value.command });
  }

  return {
    name: options.name ?? 'docker',
    kind: 'container',
    features: CONTAINER_FEATURES,

    async probe() {
      try {
        return succeed(await readEngineIdentity(client));
      } catch (error) {
        return refuse('no_runtime', engineGone(client.socketPath, error));
      }
    },

    async prepare(spec) {
      const prepared = await prepare(spec);
      return prepared.ok ? succeed(undefined) : prepared;
    },

    async start(spec, host) {
      // The image is asked for again: the engine's owner may have removed it since it was prepared.
      const prepared = await prepare(spec);
      if (!prepared.ok) return prepared;
      return launch({ client, device, held, spec, host, ...prepared.value });
    },

    async cleanUp() {
      removeStraySecrets();
      try {
        await removeStrayContainers(client, device, held);
      } catch (error) {
        // Without an engine there is nothing to end.
        if (!isEngineGone(error)) throw error;
      }
    },

    async forgetExcept(releases) {
      try {
        await releaseImages(client, device, releases);
      } catch (error) {
        if (!isEngineGone(error)) throw error;
      }
    },
  };
}
