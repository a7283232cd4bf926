import { createPublisher } from '../../fleet/publisher.ts';
import type { MeasuredServer } from './server-process.ts';

export const APP = 'bench';
/** The config value that tells a simulated device what to do; see device.ts. */
export const ORDER_KEY = 'ORDER';

/** A publisher's key and one signed release of a container, through the API as a publisher would. */
export async function publishBenchRelease(server: MeasuredServer): Promise<{ version: string }> {
  const publisher = await createPublisher(server);
  const archive = await publisher.upload(Buffer.from('an image archive'));
  const version = '1.0.0';
  await publisher.publish({
    app: APP,
    version,
    releaseCounter: 1,
    variants: [{ kind: 'container', image: `sha256:${'a'.repeat(64)}`, archive, platforms: ['linux/arm64'] }],
    triggers: [{ on: 'start' }],
    capabilities: {},
    limits: { memoryBytes: 16 * 1024 * 1024, cpuShare: 0.2, wallMs: 2_000 },
    health: { afterMs: 0, everyMs: 1_000, failures: 3, soakMs: 0 },
    config: { [ORDER_KEY]: { type: 'string', default: '' } },
    publishedAtMs: Date.now(),
  });
  return { version };
}
