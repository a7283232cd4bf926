import { createHash } from 'node:crypto';

/**
 * How this device's things are told from others on one engine: containers by labels, images by a tag of ours. Several
 * agents may share an engine, and the engine is shared with the device's owner, so nothing without our mark is touched.
 */
export const LABELS = {
  device: 'io.wherry.device',
  app: 'io.wherry.app',
  release: 'io.wherry.release',
} as const;

export function containerName(app: string, releaseDigest: string, nonce: string): string {
  return `wherry-${app}-${short(releaseDigest)}-${nonce}`;
}

/** Repository of the tags that hold this device's images; a device id may hold characters that a repository may not. */
export function imageRepository(device: string): string {
  return `wherry.local/${createHash('sha256').update(device).digest('hex').slice(0, 16)}`;
}

export function imageTag(app: string, releaseDigest: string): string {
  return `${app}.${short(releaseDigest)}`;
}

export function short(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
