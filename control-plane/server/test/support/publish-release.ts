import { createHash } from 'node:crypto';
import { type AppName, type Digest, PATHS, type Release, type Version } from '@wherry/protocol';
import { beginRemoteOwner, type RemoteOwner } from '../../src/app/testing/remote-owner.ts';
import type { TestServer } from './start-test-server.ts';

/** The smallest module that is one: magic number and version. */
export const EMPTY_MODULE = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
}

export function sampleRelease(version: string, releaseCounter: number, app = 'thermostat'): Release {
  return {
    app: app as AppName,
    version: version as Version,
    releaseCounter,
    variants: [
      {
        kind: 'wasm',
        abi: 'assemblyscript',
        module: { digest: digestOf(EMPTY_MODULE), sizeBytes: EMPTY_MODULE.length },
      },
    ],
    triggers: [{ on: 'start' }],
    capabilities: {},
    limits: { memoryBytes: 16 * 1024 * 1024, cpuShare: 0.2, wallMs: 2000 },
    health: { afterMs: 0, everyMs: 1000, failures: 3, soakMs: 0 },
    config: {},
    publishedAtMs: Date.now(),
  };
}

type Publishable = Pick<TestServer, 'admin' | 'adminToken' | 'fetch'>;

export async function putTestBlob(server: Publishable, bytes: Buffer, token = server.adminToken): Promise<Response> {
  return server.fetch(PATHS.blob(digestOf(bytes)), { method: 'PUT', token, body: new Uint8Array(bytes) });
}

/** Publishes 1.0.0, 1.1.0, … as an owner and a publisher do: repository, blob, releases with the role that names them. */
export async function publishTestReleases(server: Publishable, versions: readonly string[]): Promise<RemoteOwner> {
  const owner = await beginRemoteOwner(server.admin);
  const put = await putTestBlob(server, EMPTY_MODULE);
  if (put.status !== 201) throw new Error(`put a blob: ${put.status} ${await put.text()}`);
  for (const [index, version] of versions.entries()) await owner.publish(sampleRelease(version, index + 1));
  return owner;
}
