import type { ContainerInspectInfo } from 'dockerode';
import type { EngineClient } from './client.ts';

/**
 * Whether somebody sent an ended container a signal, as an engine does that is stopped, or its owner with `docker stop`. A
 * container that obeys it ends with code 0, which would look like an end of its own. An engine that no longer answers is
 * taken to be the one that is stopping.
 */
export async function wasSignalled(client: EngineClient, info: ContainerInspectInfo): Promise<boolean> {
  const since = Math.floor(Date.parse(info.State.StartedAt) / 1_000);
  const until = Date.now() / 1_000;
  try {
    const filters = { container: [info.Id], event: ['kill'] };
    const events = await client.quick.getEvents({ since, until, filters });
    let text = '';
    for await (const chunk of events as NodeJS.ReadableStream) text = `${text}${chunk}`.slice(0, 1_000);
    return text.trim() !== '';
  } catch {
    return true;
  }
}
