import { type Outcome, releaseTargetPath } from '@wherry/protocol';
import type { DeploymentRecord } from '../core/lifecycle/state.ts';
import { metadataFolder } from '../store/provisioning.ts';
import type { Store } from '../store/store.ts';
import { type DirectorKeys, directorOf } from '../trust/judge-release.ts';
import { openGenerations } from '../trust/tuf/generations.ts';
import { trustTimeMs } from '../trust/tuf/trust-time.ts';
import { createUpdater, type RefreshReport, type Updater } from '../trust/tuf/updater.ts';
import { createTufReleases, type TufReleases } from '../trust/tuf-releases.ts';
import type { Clock } from './clock.ts';
import type { DeviceHttp } from './device-http.ts';
import type { Effects } from './effects.ts';
import { releasePayload, tufSource } from './trusted-releases.ts';

/** Whom this device believes, and what they say: the updater with the disk, the network and the time of this device. */
export interface DeviceTrust extends TufReleases {
  /** Who may sign desired states, by the newest root. */
  director(): Outcome<DirectorKeys>;
  /** Version of the newest snapshot that was accepted; 0: none yet. */
  snapshotVersion(): number;
  /** The whole workflow; what runs here stays verifiable. */
  refresh(signal: AbortSignal): Promise<Outcome<unknown>>;
}

export interface DeviceTrustOptions {
  readonly folder: string;
  readonly factoryRoot: Uint8Array;
  readonly tenant: string;
  readonly deviceTarget: string;
  readonly serverUrl: string;
  readonly store: Store;
  readonly http: DeviceHttp;
  readonly effects: Effects;
  readonly clock: Clock;
  readonly records: () => Iterable<DeploymentRecord>;
  /** Newer metadata was accepted. */
  readonly onNews: () => void;
}

/** Throws with code trust_lost when the factory root is none. */
export function openDeviceTrust(options: DeviceTrustOptions): DeviceTrust {
  const { store, http, serverUrl, tenant, deviceTarget, effects } = options;
  const nowMs = () => {
    const knownMs = Number(store.ledger.meta('signedTimeMs') ?? 0);
    return trustTimeMs({ knownMs, clockMs: options.clock.nowMs() });
  };
  const plain = createUpdater({
    factoryRoot: options.factoryRoot,
    generations: openGenerations(metadataFolder(options.folder), effects),
    source: tufSource(http, serverUrl),
    nowMs,
  });
  const updater: Updater = { ...plain, refresh };

  async function refresh(...args: Parameters<Updater['refresh']>): Promise<RefreshReport> {
    const before = plain.trusted();
    const report = await plain.refresh(...args);
    const { root, snapshot } = plain.trusted();
    if (root.version !== before.root.version || snapshot?.version !== before.snapshot?.version)
      setImmediate(options.onNews);
    return report;
  }
  /** What runs here or is about to. */
  const inUse = () =>
    [...options.records()].flatMap(({ target, good }) =>
      [target.workload, ...(good === null ? [] : [good.workload])].map(({ app, version }) => ({ app, version })),
    );
  const releases = createTufReleases({
    updater,
    tenant,
    deviceTarget,
    payloads: store.releases,
    fetchPayload: releasePayload(http, serverUrl),
    inUse,
  });
  let director: { readonly version: number; readonly keys: Outcome<DirectorKeys> } | null = null;
  return {
    ...releases,
    director() {
      const { root } = updater.trusted();
      if (director?.version !== root.version) director = { version: root.version, keys: directorOf(root) };
      return director.keys;
    },
    snapshotVersion: () => updater.trusted().snapshot?.version ?? 0,
    async refresh(signal) {
      const paths = inUse().map(({ app, version }) => releaseTargetPath(tenant, app, version));
      return (await updater.refresh([...new Set(paths)], signal)).verdict;
    },
  };
}
