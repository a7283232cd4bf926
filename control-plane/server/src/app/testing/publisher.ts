import { createHash } from 'node:crypto';
import {
  canonicalBytes,
  customOfRelease,
  nextVersion,
  type PublisherDocument,
  type Release,
  releaseTargetPath,
  TUF_SPEC_VERSION,
  toBase64,
} from '@wherry/protocol';
import { expiresAt, type OwnerKey, signAs } from './repository-owner.ts';

/** What a publisher sends: a release, and the next version of its app's role over what is named already. */
export interface PublisherOptions {
  readonly key: OwnerKey;
  readonly tenant: string;
  readonly nowMs: number;
  readonly current: PublisherDocument | null;
}

/** `payload` is a release, right or wrong, or any bytes. */
export function signPublication(payload: object, { key, tenant, nowMs, current }: PublisherOptions) {
  const bytes = payload instanceof Uint8Array ? payload : canonicalBytes(payload);
  const release = { app: 'thermostat', version: '1.0.0', ...payload } as Release;
  const target = {
    length: bytes.length,
    hashes: { sha256: createHash('sha256').update(bytes).digest('hex') },
    custom: { ...customOfRelease(release) },
  };
  const signed: PublisherDocument['signed'] = {
    _type: 'targets',
    spec_version: TUF_SPEC_VERSION,
    version: nextVersion(current?.signed.version ?? 0, nowMs),
    expires: expiresAt(nowMs + 86_400_000),
    targets: { ...current?.signed.targets, [releaseTargetPath(tenant, release.app, release.version)]: target },
  };
  return { payload: toBase64(bytes), role: signAs(signed, key) };
}
