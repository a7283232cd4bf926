import { createHash } from 'node:crypto';
import {
  type AppName,
  getTrustPublisher,
  PATHS,
  type Release,
  type ReleaseView,
  release,
  releaseTargetPath,
  updateTrust,
} from '@wherry/protocol';
import { beginRemoteOwner, type RemoteOwner, signAs } from '@wherry/server/testing/owner';
import type { ControlPlane } from './control-plane.ts';

/** The smallest module there is: magic and version. */
const MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const DIGEST = `sha256:${createHash('sha256').update(MODULE).digest('hex')}`;

/** Begins the repository, in which one publisher signs every app. */
export async function createPublisher(plane: ControlPlane): Promise<RemoteOwner> {
  return await beginRemoteOwner(plane.client);
}

/** Uploads the module and publishes a signed release that falls back to a container. */
export async function publish(
  plane: ControlPlane,
  publisher: RemoteOwner,
  of: { readonly app: string; readonly version: string; readonly counter: number },
): Promise<ReleaseView> {
  const uploaded = await fetch(plane.http + PATHS.blob(DIGEST), {
    method: 'PUT',
    body: MODULE,
    headers: { authorization: `Bearer ${plane.token}`, 'content-type': 'application/octet-stream' },
  });
  if (!uploaded.ok) throw new Error(`upload module: ${uploaded.status} ${await uploaded.text()}`);
  return publisher.publish(releaseOf(of));
}

/** The publisher names the release no more. */
export async function revoke(
  plane: ControlPlane,
  { keys: { publisher } }: RemoteOwner,
  app: string,
  version: string,
): Promise<void> {
  const { signed } = await plane.client.call(getTrustPublisher, { params: { app: app as AppName } });
  const { [releaseTargetPath('default', app, version)]: _, ...targets } = signed.targets;
  const next = { ...signed, version: signed.version + 1, targets };
  await plane.client.call(updateTrust, { body: { publishers: { [app]: signAs(next, publisher) } } });
}

function releaseOf({ app, version, counter }: { app: string; version: string; counter: number }): Release {
  return release.parse({
    app,
    version,
    releaseCounter: counter,
    variants: [
      { kind: 'wasm', abi: 'assemblyscript', module: { digest: DIGEST, sizeBytes: MODULE.length } },
      { kind: 'container', image: `registry.example/${app}@${DIGEST}`, platforms: ['linux/arm64', 'linux/amd64'] },
    ],
    triggers: [
      { on: 'cron', schedule: '*/5 * * * *' },
      { on: 'mqtt', filter: 'sensors/+/temperature' },
    ],
    capabilities: { mqtt: { publish: ['hvac/setpoint'] }, kv: true, dataBytes: 4 * 1024 ** 2 },
    limits: { memoryBytes: 16 * 1024 ** 2, cpuShare: 0.2, wallMs: 2_000 },
    health: { afterMs: 10_000, everyMs: 10_000, failures: 3, soakMs: 120_000 },
    config: { ZONE: { type: 'string', default: 'hall', description: 'Which zone it heats' } },
    publishedAtMs: Date.now(),
  });
}
