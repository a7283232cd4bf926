import { join } from 'node:path';
import { type Inventory, LIMITS, type Outcome, PATHS, refuse, type SealedSecret, sealedSecret } from '@wherry/protocol';
import { readBounded } from '../link/read-bounded.ts';
import type { Logger } from '../logs/logger.ts';
import { createSealedFiles } from '../secrets/sealed-files.ts';
import { openSealingKey } from '../secrets/sealing-key.ts';
import { createSecrets, type Reference, type Secrets } from '../secrets/secrets.ts';
import type { Store } from '../store/store.ts';
import { type DeviceHttp, problemOfError, problemOfStatus } from './device-http.ts';
import type { Effects } from './effects.ts';
import type { Instances } from './instances.ts';
import type { Loop } from './loop.ts';
import type { Reporter } from './reporter.ts';

/** The secrets of the programs on this device, and what a new value means for a program that runs, or that waits for one. */
export interface DeviceSecrets extends Secrets {
  /** For the inventory. */
  readonly sealingKey: Pick<Inventory, 'sealingKey'>;
}

export interface DeviceSecretsOptions {
  readonly identity: { readonly tenant: string; readonly device: string };
  /** Where the device's key is: with its identity. */
  readonly folder: string;
  /** Where this run of the agent keeps what it needs; another one while nothing can be stored. */
  readonly dataFolder: string;
  readonly store: Store;
  readonly http: DeviceHttp;
  readonly effects: Effects;
  readonly instances: Instances;
  readonly loop: () => Loop;
  readonly reporter: () => Reporter;
  readonly log: Logger;
}

const FETCH_MS = 30_000;
/** Base64, and the names around it. */
const SEALED_BYTES_MAX = 2 * LIMITS.secretBytes;

export function createDeviceSecrets(options: DeviceSecretsOptions): DeviceSecrets {
  const { identity, folder, dataFolder, store, http, effects, instances, log } = options;
  const key = openSealingKey(folder, folder === dataFolder, effects);

  function changed(app: string, names: readonly string[]): void {
    log.info({ app, names }, 'secrets of an app have changed');
    const loop = options.loop();
    const record = loop.states().get(app)?.record;
    if (record === undefined) return;
    const { workload } = record.target;
    const isWaiting = record.verdict?.code === 'secret_missing' || record.verdict?.code === 'secret_unreadable';
    if (record.phase === 'rejected' && isWaiting) {
      const failedAttempt = store.ledger.failedAttempt(workload.release);
      loop.dispatch(app, { type: 'desired', workload, failedAttempt, choosesAgain: true });
    }
    const grants = instances.get(app)?.release.capabilities.secrets ?? {};
    // A program in a container has files, which stay as they were when it began.
    const isContainer = record.target.facts?.variants[record.target.variantAt]?.kind === 'container';
    const mustRestart = names.some(
      (name) => Object.hasOwn(grants, name) && (isContainer || grants[name]?.onChange !== 'wait'),
    );
    if (mustRestart) loop.dispatch(app, { type: 'restart' });
  }

  const secrets = createSecrets({
    ...identity,
    key,
    files: createSealedFiles(join(dataFolder, 'secrets', 'apps'), effects),
    fetch: (reference) => fetchSealed(http, reference),
    onChange: changed,
    onRefused(app, { code, message }) {
      log.warn({ app, code }, `refused a secret: ${message}`);
      store.transaction('refusal', () =>
        options.reporter().appendEvent(app, { severity: 'warning', name: code, message: `${code}: ${message}` }),
      );
    },
  });
  const sealingKey = key === null ? {} : { sealingKey: Buffer.from(key.publicBytes).toString('base64') };
  return { ...secrets, sealingKey };
}

async function fetchSealed(http: DeviceHttp, { name, digest }: Reference): Promise<Outcome<SealedSecret>> {
  const what = `the secret ${name}`;
  try {
    const signal = AbortSignal.timeout(FETCH_MS);
    const answer = await http.get(PATHS.deviceSecret(digest), { signal, purpose: 'release' });
    if (answer.status !== 200) {
      answer.discard();
      return refuse('download_failed', problemOfStatus(answer.status, what).message);
    }
    const text = await readBounded(answer, SEALED_BYTES_MAX);
    if (text === null) return refuse('endless_data', `${what}: the answer is longer than a sealed secret is`);
    const parsed = sealedSecret.safeParse(JSON.parse(text));
    if (parsed.success) return { ok: true, value: parsed.data };
    return refuse('invalid_message', `${what}: the answer is no sealed secret`);
  } catch (error) {
    return refuse('download_failed', problemOfError(error, what).message);
  }
}
