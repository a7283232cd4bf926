import {
  customOfRelease,
  publisherPaths,
  publisherRole,
  type Release,
  release,
  releaseTargetPath,
} from '@wherry/protocol';
import { digestOf } from '../../payload.ts';
import type { TestRepository } from './repository.ts';

/** A release as a publisher signs it: its payload, and its target in the repository. */
export const TENANT = 'acme';

export function makeRelease(version = '1.0.0', more: Partial<Record<keyof Release, unknown>> = {}): Release {
  return release.parse({
    app: 'thermostat',
    version,
    releaseCounter: 5,
    variants: [{ kind: 'wasm', abi: 'wasi-p1', module: { digest: `sha256:${'a'.repeat(64)}`, sizeBytes: 10 } }],
    triggers: [{ on: 'start' }],
    capabilities: { kv: true },
    limits: { memoryBytes: 65_536, cpuShare: 0.5, wallMs: 1_000 },
    health: { afterMs: 0, everyMs: 100, failures: 1, soakMs: 0 },
    config: {},
    publishedAtMs: 0,
    ...more,
  });
}

export const bytesOf = (value: Release): Uint8Array => Buffer.from(JSON.stringify(value));

/** Adds it under its publisher's role, and publishes. `patch` changes the custom block. */
export function publishRelease(repository: TestRepository, value: Release, patch: object = {}) {
  const role = publisherRole(TENANT, value.app);
  if (!repository.roles.has(role)) repository.delegate('targets', role, [...publisherPaths(TENANT, value.app)]);
  const path = releaseTargetPath(TENANT, value.app, value.version);
  const bytes = bytesOf(value);
  repository.addTarget(role, path, bytes, { ...customOfRelease(value), ...patch });
  repository.publishTargets(role);
  return {
    path,
    bytes,
    wanted: { app: value.app, version: value.version, release: digestOf(bytes) as `sha256:${string}` },
  };
}
