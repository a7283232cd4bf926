import { digestOf, makeOwner, makeSigner } from '@wherry/agent/testing/stage';
import { createTufReleases, createUpdater } from '@wherry/agent/trust';
import { type Release, release } from '@wherry/protocol';

type UpdaterOptions = Parameters<typeof createUpdater>[0];
type Releases = ReturnType<typeof createTufReleases>;
export type Wanted = Parameters<Releases['local']>[0];

/** A repository in memory with one delegated role, and devices that read it. */
export interface MeasuredRepository {
  /** One more release in the role; everything above it is signed anew. */
  publish(): Wanted;
  device(generations: UpdaterOptions['generations']): Releases;
}

export const APP = 'thermostat';
const SETTING_CHARACTERS = 64;

export function makeRepository(targets: number): MeasuredRepository {
  const owner = makeOwner(makeSigner());
  const payloads = new Map<string, Buffer>();
  let counter = 0;

  function publish(): Wanted {
    counter += 1;
    const made = releaseOf(counter);
    const bytes = Buffer.from(JSON.stringify(made));
    const digest = digestOf(bytes);
    payloads.set(digest, bytes);
    owner.name(made, bytes);
    return { app: APP, version: made.version, digest };
  }

  const source: UpdaterOptions['source'] = {
    urlOf: (name) => new URL(`http://127.0.0.1/${name}`),
    async get(name) {
      const bytes = owner.repository.files.get(name);
      return {
        status: bytes === undefined ? 404 : 200,
        headers: { get: () => null },
        body: (async function* () {
          if (bytes !== undefined) yield bytes;
        })(),
        discard: () => {},
      };
    },
  };

  for (let made = 0; made < targets; made += 1) publish();
  return {
    publish,
    device(generations) {
      const kept = new Map<string, Uint8Array>();
      const updater = createUpdater({
        factoryRoot: owner.repository.file('1.root.json'),
        generations,
        source,
        nowMs: Date.now,
      });
      return createTufReleases({
        updater,
        tenant: 'default',
        deviceTarget: 'generic-x64',
        payloads: {
          read: (digest) => kept.get(digest) ?? null,
          write: (digest, bytes) => void kept.set(digest, bytes),
        },
        fetchPayload: async ({ name }) => ({ ok: true, value: payloads.get(name) ?? null }),
        inUse: () => [],
      });
    },
  };
}

/** As large as releases usually are: two variants, a capability for some names, settings. */
function releaseOf(counter: number): Release {
  const digest = digestOf(Buffer.from(String(counter)));
  return release.parse({
    app: APP,
    version: `1.0.${counter}`,
    releaseCounter: counter,
    variants: [
      { kind: 'wasm', abi: 'assemblyscript', module: { digest, sizeBytes: 20_000 } },
      { kind: 'container', image: `registry.example/thermostat@${digest}`, platforms: ['linux/arm64', 'linux/amd64'] },
    ],
    triggers: [{ on: 'cron', schedule: '*/5 * * * *' }],
    capabilities: { kv: true, mqtt: { publish: ['hvac/setpoint'] } },
    limits: { memoryBytes: 16 * 1024 * 1024, cpuShare: 0.2, wallMs: 2_000 },
    health: { afterMs: 0, everyMs: 1_000, failures: 3, soakMs: 0 },
    config: { ZONE: { type: 'string', default: 'x'.repeat(SETTING_CHARACTERS) } },
    publishedAtMs: 0,
  });
}
