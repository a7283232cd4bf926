import type { Logger } from '../logs/logger.ts';
import type { BlobStore } from '../store/blob-store.ts';
import type { PeerServer } from './serve-blobs.ts';

/** As the owner of the device has it; a port that is taken must not keep the programs of the device from running. */
export async function openPeerServer(
  { serve }: { readonly serve: false | { host: string; port: number; maxBytesPerSecond: number } },
  blobs: BlobStore,
  log: Logger,
): Promise<PeerServer | null> {
  if (serve === false) return null;
  try {
    const { servePeers } = await import('./serve-blobs.ts');
    const server = await servePeers({
      ...serve,
      find: (digest) => (blobs.has(digest) ? blobs.path(digest) : null),
      log,
    });
    log.info({ url: server.url }, 'blobs are served to peers');
    return server;
  } catch (error) {
    log.error({ err: error }, 'serve blobs to peers: none are served');
    return null;
  }
}
