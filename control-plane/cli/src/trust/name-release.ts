import { createHash } from 'node:crypto';
import { customOfRelease, type Release, releaseTargetPath } from '@wherry/protocol';
import { refused } from '../failure.ts';
import { nextPublisher, type PublisherSigned } from './edits.ts';

/** The next version of an app's role, which names one more release by its bytes. */
export function nameRelease(
  current: PublisherSigned | null,
  tenant: string,
  release: Release,
  bytes: Uint8Array,
  nowMs: number,
): PublisherSigned {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const next = nextPublisher(current, nowMs);
  const target = { length: bytes.length, hashes: { sha256 }, custom: { ...customOfRelease(release) } };
  const path = releaseTargetPath(tenant, release.app, release.version);
  return { ...next, targets: { ...next.targets, [path]: target } };
}

/** Takes a release out: devices stop trusting it at their next refresh. Code: not_found. */
export function revokeRelease(
  current: PublisherSigned | null,
  tenant: string,
  app: string,
  version: string,
  nowMs: number,
): PublisherSigned {
  const path = releaseTargetPath(tenant, app, version);
  const next = nextPublisher(current, nowMs);
  if (!Object.hasOwn(next.targets, path)) throw refused('not_found', `no signed metadata names ${app}@${version}`);
  const { [path]: _, ...targets } = next.targets;
  return { ...next, targets };
}
