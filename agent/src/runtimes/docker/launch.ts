import { randomBytes } from 'node:crypto';
import { type Outcome, succeed } from '@wherry/protocol';
import type { ImageInspectInfo } from 'dockerode';
import type { HostServices, Instance, WorkloadSpec } from '../port.ts';
import { removeStrayContainers } from './clean-up.ts';
import { createContainer, type EngineClient, refuseBecause } from './client.ts';
import { planContainer, takesEvents } from './container-options.ts';
import type { EngineFacts } from './engine-facts.ts';
import { ContainerInstance, type DataGrant } from './instance.ts';
import { writeSecretFiles } from './secret-files.ts';
import { attachInput } from './stdin.ts';
import { holdStreams } from './streams.ts';
import { chooseUser, ownerOfData } from './user.ts';

/** With what the client's types leave out. */
type ImageConfig = ImageInspectInfo['Config'] & { readonly StopSignal?: string };

export interface Prepared {
  readonly engine: EngineFacts;
  readonly image: ImageInspectInfo;
  readonly command: readonly string[] | undefined;
}

interface Launch extends Prepared {
  readonly client: EngineClient;
  readonly device: string;
  readonly held: Set<string>;
  readonly spec: WorkloadSpec;
  readonly host: HostServices;
}

/** Creates and starts the container of a prepared workload; leaves nothing behind when that fails. */
export async function launch({
  client,
  device,
  held,
  spec,
  host,
  engine,
  image,
  command,
}: Launch): Promise<Outcome<Instance>> {
  const config: ImageConfig = image.Config;
  const owner = ownerOfData(spec.dataPath);
  if (!owner.ok) return owner;
  const secrets = writeSecretFiles(spec, host);
  if (!secrets.ok) return secrets;
  let id: string | undefined;
  try {
    const plan = planContainer({
      spec,
      device,
      imageId: image.Id,
      ...(command ? { command } : {}),
      hasHealthcheck: Boolean(config.Healthcheck),
      user: chooseUser(config.User ?? '', owner.value),
      engineCores: engine.cores,
      nonce: randomBytes(4).toString('hex'),
      secretsPath: secrets.value?.path ?? null,
    });
    await removeStrayContainers(client, device, held, spec.app);
    const created = await createContainer(client, plan.options);
    id = created.Id;
    held.add(id);
    const container = client.quick.getContainer(id);
    const missing = engine.missingLimits.map((limit) => `this host cannot limit the ${limit} of a container`);
    for (const text of new Set([...plan.notes, ...missing, ...(created.Warnings ?? [])]))
      host.log({ stream: 'log', level: 'warning', atMs: Date.now(), text });
    const input = takesEvents(spec.release) ? await attachInput(client, id) : null;
    await container.start();
    const streams = holdStreams(client, id, host, input);
    const gone = id;
    return succeed(
      new ContainerInstance({
        client,
        id,
        health: spec.release.health,
        stopSignal: config.StopSignal || 'SIGTERM',
        streams,
        data: grantOf(spec),
        onGone: () => {
          held.delete(gone);
          secrets.value?.remove();
        },
      }),
    );
  } catch (error) {
    secrets.value?.remove();
    if (id !== undefined) {
      held.delete(id);
      await client.quick
        .getContainer(id)
        .remove({ force: true })
        .catch(() => undefined);
    }
    return refuseBecause(client, error, 'start_failed', `start ${spec.app}@${spec.release.version}`);
  }
}

function grantOf({ dataPath, release }: WorkloadSpec): DataGrant | null {
  const { dataBytes } = release.capabilities;
  return dataPath === null || dataBytes === undefined ? null : { path: dataPath, limitBytes: dataBytes };
}
