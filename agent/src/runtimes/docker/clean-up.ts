import { type EngineClient, isEngineGone, statusOf } from './client.ts';
import { remove } from './image.ts';
import { imageRepository, LABELS, short } from './names.ts';

/** Removes containers of this device that this agent does not hold: what an agent that was killed left behind. */
export async function removeStrayContainers(
  client: EngineClient,
  device: string,
  held: ReadonlySet<string>,
  app?: string,
): Promise<void> {
  const label = [`${LABELS.device}=${device}`, ...(app === undefined ? [] : [`${LABELS.app}=${app}`])];
  const containers = await client.quick.listContainers({ all: true, filters: { label } });
  for (const { Id } of containers) {
    if (held.has(Id)) continue;
    try {
      await client.quick.getContainer(Id).remove({ force: true, v: true });
    } catch (error) {
      // Gone (404) or going (409) is what is wanted.
      if (isEngineGone(error) || ![404, 409].includes(statusOf(error) ?? 0)) throw error;
    }
  }
}

/** Lets go of images that this device holds for releases not in `releases`; the engine keeps those that a container uses. */
export async function releaseImages(
  client: EngineClient,
  device: string,
  releases: ReadonlySet<string>,
): Promise<void> {
  const prefix = `${imageRepository(device)}:`;
  const kept = new Set([...releases].map(short));
  const images = await client.quick.listImages({ filters: { reference: [`${imageRepository(device)}`] } });
  const names = images.flatMap((image) => image.RepoTags ?? []).filter((name) => name.startsWith(prefix));
  for (const name of names) if (!kept.has(name.slice(name.lastIndexOf('.') + 1))) await remove(client, name);
}
