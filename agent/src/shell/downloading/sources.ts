import { originOfRegistry, PATHS } from '@wherry/protocol';
import type { HttpClient } from '../../link/http-client.ts';
import { counted, type DeviceHttp } from '../device-http.ts';
import type { Effects } from '../effects.ts';
import type { Links } from '../links.ts';
import type { DownloadConfig } from './config.ts';
import { fetchFromRegistry } from './registry.ts';
import type { BlobSource, SourceRequest } from './source.ts';

export interface Sources {
  readonly local: readonly BlobSource[];
  readonly mirrors: readonly BlobSource[];
  readonly origin: BlobSource;
  /** The registry that a release names; null where this device may not go there. */
  named(repository: string): BlobSource | null;
}

/** A connection that is silent for so long is given up and resumed later. */
const IDLE_MS = 30_000;
const PEER_IDLE_MS = 5_000;

export function createSources(
  config: Pick<DownloadConfig, 'mirrors' | 'peers' | 'registries'>,
  http: DeviceHttp,
  client: HttpClient,
  effects: Effects,
  links: Pick<Links, 'count' | 'flush'>,
): Sources {
  const fetchAt = (url: string, digest: string, { headers, signal }: SourceRequest) =>
    effects.run('http.get', () => client.request(blobUrl(url, digest), { headers, signal }));
  const fromRegistry = (registry: DownloadConfig['registries'][number]): BlobSource => ({
    name: `the registry ${registry.repository}`,
    isLocal: false,
    idleMs: IDLE_MS,
    get: async (digest, request) =>
      counted(
        await fetchFromRegistry(registry, digest, request, client, effects),
        (bytes) => links.count('blob', bytes),
        links.flush,
      ),
  });
  return {
    local: config.peers.map((url) => ({
      name: `the peer ${url}`,
      isLocal: true,
      idleMs: PEER_IDLE_MS,
      get: (digest, request) => fetchAt(url, digest, request),
    })),
    mirrors: [
      ...config.mirrors.map(
        (url): BlobSource => ({
          name: `the mirror ${url}`,
          isLocal: false,
          idleMs: IDLE_MS,
          get: async (digest, request) =>
            counted(await fetchAt(url, digest, request), (bytes) => links.count('blob', bytes), links.flush),
        }),
      ),
      ...config.registries.map(fromRegistry),
    ],
    named(repository) {
      const own = config.registries.find((registry) => registry.repository === repository);
      if (own !== undefined) return fromRegistry(own);
      // A release may not send the device to services of its own, unless its owner has named that registry.
      const host = hostOf(repository);
      const isKnown = config.registries.some((registry) => hostOf(registry.repository) === host);
      return originOfRegistry(host).startsWith('https:') || isKnown ? fromRegistry({ repository }) : null;
    },
    origin: {
      name: 'the control plane',
      isLocal: false,
      idleMs: IDLE_MS,
      get: (digest, request) => http.get(PATHS.deviceBlob(digest), { ...request, purpose: 'blob' }),
    },
  };
}

function hostOf(repository: string): string {
  return repository.split('/')[0] ?? '';
}

/** As the control plane keeps them: a copy of its folder `blobs` behind any web server is a mirror. */
export function blobUrl(base: string, digest: string): string {
  return `${base.replace(/\/+$/, '')}/${digest.replace(':', '-')}`;
}
