import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runToEnd } from './container-world.ts';

/**
 * A registry that serves one image archive by digest: the pull side of the OCI distribution protocol, over plain HTTP, which engines
 * accept from loopback. `damaged` answers with other bytes than the digest names.
 */
export interface TinyRegistry {
  readonly host: string;
  close(): Promise<void>;
}

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

export async function startRegistry(
  archivePath: string,
  manifestDigest: string,
  options: { readonly isDamaged?: boolean } = {},
): Promise<TinyRegistry> {
  const server: Server = createServer((request, answer) => {
    const path = request.url ?? '';
    if (path === '/v2/') return void answer.writeHead(200).end('{}');
    const digest = /sha256:([0-9a-f]{64})$/.exec(path)?.[1];
    const content = digest ? blob(archivePath, digest) : undefined;
    if (!content) return void answer.writeHead(404).end();
    if (options.isDamaged) content.write('damaged', Math.max(content.length - 20, 0));
    const isManifest = `sha256:${digest}` === manifestDigest;
    answer.writeHead(200, {
      'content-type': isManifest ? MANIFEST_TYPE : 'application/octet-stream',
      'content-length': content.length,
      'docker-content-digest': `sha256:${digest}`,
    });
    answer.end(request.method === 'HEAD' ? undefined : content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function blob(archivePath: string, hex: string): Buffer | undefined {
  const folder = `${archivePath}.blobs`;
  try {
    runToEnd('mkdir', ['-p', folder]);
    runToEnd('tar', ['-xf', archivePath, '-C', folder]);
    return readFileSync(`${folder}/blobs/sha256/${hex}`);
  } catch {
    return undefined;
  }
}
