import type { RuntimeIdentity } from '../port.ts';
import type { EngineClient } from './client.ts';
import { platformOfEngine } from './platform.ts';

/** What the engine says of itself and of its host. */
export interface EngineFacts {
  readonly version: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Images are known by the digest of their manifest, as in containerd's store, and not by that of their configuration. */
  readonly hasManifestIds: boolean;
  /** Limits that this host cannot hold, in words. */
  readonly missingLimits: readonly string[];
}

interface Info {
  readonly OSType?: string;
  readonly Architecture?: string;
  readonly NCPU?: number;
  readonly MemTotal?: number;
  readonly ServerVersion?: string;
  readonly MemoryLimit?: boolean;
  readonly SwapLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly PidsLimit?: boolean;
  readonly DriverStatus?: readonly (readonly [string, string])[] | null;
}

const CONTAINERD_STORE = 'io.containerd.snapshotter.v1';

const LIMIT_FLAGS = {
  MemoryLimit: 'memory',
  SwapLimit: 'swap',
  CpuCfsQuota: 'CPU',
  PidsLimit: 'number of processes',
} as const satisfies { readonly [K in keyof Info]?: string };

interface Version {
  readonly Components?: readonly { readonly Name?: string }[];
}

/** What the inventory says of the engine. Throws what the client throws when it does not answer. */
export async function readEngineIdentity(client: EngineClient): Promise<RuntimeIdentity> {
  const [facts, version] = await Promise.all([readEngineFacts(client), client.quick.version() as Promise<Version>]);
  return identityOf(facts, version);
}

/** Podman names itself in its list of components only (its compatible API, /version). */
export function identityOf({ version, missingLimits }: EngineFacts, { Components = [] }: Version): RuntimeIdentity {
  const isPodman = Components.some(({ Name }) => /^podman/i.test(Name ?? ''));
  return { version, name: isPodman ? 'podman' : 'docker', cannotHold: [...missingLimits, 'addresses'] };
}

/** Throws what the client throws when the engine does not answer. */
export async function readEngineFacts(client: EngineClient): Promise<EngineFacts> {
  return factsFromInfo((await client.quick.info()) as Info);
}

export function factsFromInfo(info: Info): EngineFacts {
  return {
    version: String(info.ServerVersion ?? 'unknown').slice(0, 64),
    platform: platformOfEngine(info.OSType ?? 'linux', info.Architecture ?? 'unknown'),
    cores: info.NCPU ?? 1,
    memoryBytes: info.MemTotal ?? 0,
    hasManifestIds: (info.DriverStatus ?? []).some(([, value]) => value === CONTAINERD_STORE),
    missingLimits: (Object.keys(LIMIT_FLAGS) as (keyof typeof LIMIT_FLAGS)[])
      .filter((flag) => info[flag] === false)
      .map((flag) => LIMIT_FLAGS[flag]),
  };
}
