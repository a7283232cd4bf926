import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Release, release, type Trigger } from '@wherry/protocol';
import type { WorkloadSpec } from '../port.ts';

/** What a test wants of a release; everything else has a default that does not get in its way. */
export interface Overrides {
  readonly abi?: 'assemblyscript' | 'wasi-p1' | 'component';
  readonly triggers?: readonly Trigger[];
  readonly capabilities?: Release['capabilities'];
  readonly limits?: Partial<Release['limits']>;
  readonly health?: Partial<Release['health']>;
  readonly config?: Readonly<Record<string, string>>;
  readonly dataPath?: string;
  readonly digest?: string;
  readonly idle?: Release['idle'];
  readonly minIsolation?: Release['minIsolation'];
}

export function workload(modulePath: string, overrides: Overrides = {}): WorkloadSpec {
  const bytes = readFileSync(modulePath);
  const digest = overrides.digest ?? `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const parsed = release.parse({
    app: 'guest',
    version: '1.0.0',
    releaseCounter: 1,
    variants: [{ kind: 'wasm', abi: overrides.abi ?? 'assemblyscript', module: { digest, sizeBytes: bytes.length } }],
    triggers: overrides.triggers ?? [{ on: 'start' }],
    capabilities: overrides.capabilities ?? {},
    limits: { memoryBytes: 16 * 1024 * 1024, cpuShare: 1, wallMs: 2_000, ...overrides.limits },
    health: { afterMs: 0, everyMs: 100, failures: 3, soakMs: 0, ...overrides.health },
    config: {},
    publishedAtMs: 0,
    ...(overrides.idle && { idle: overrides.idle }),
    ...(overrides.minIsolation && { minIsolation: overrides.minIsolation }),
  });
  const [variant] = parsed.variants;
  if (variant === undefined) throw new Error('a release has a variant');
  const config = overrides.config ?? {};
  const dataPath = overrides.dataPath ?? null;
  return { app: 'guest', release: parsed, releaseDigest: digest, variant, config, artifactPath: modulePath, dataPath };
}
